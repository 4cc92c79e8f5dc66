using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.Onnx;

namespace Paraformer.Engine.Text;

/// <summary>
/// An embedded network that gives each unit the probabilities of the marks after it and of its casing. It is causal but for a bounded number of units, so a text
/// that grows is computed place by place, each once. eng/training/punctuation makes it.
/// </summary>
internal sealed class PunctuationModel : IDisposable
{
    /// <summary>Number of mark classes, <see cref="PunctuationMark"/>.</summary>
    public const int Marks = 5;

    /// <summary>Number of casing classes: small, first letter capital, all capital.</summary>
    public const int Cases = 3;

    private const int Piece = 256;
    private static readonly string[] s_inputs = ["first", "second", "language", "history"];
    private static readonly string[] s_outputs = ["marks", "cases", "narrowed"];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly FingerprintTable _first;
    private readonly FingerprintTable _second;
    private readonly string[] _languages;
    private readonly int[][] _languageIndices;
    private readonly int _before;
    private readonly int _after;
    private readonly int _firstWidth;
    private readonly int _secondWidth;
    private readonly int _history;
    private readonly int _channels;
    private readonly bool _characters;

    private PunctuationModel(byte[] graph, Stream fingerprints, bool characters)
    {
        using SessionOptions options = SessionSettings.Create();
        _session = new InferenceSession(graph, options);
        _first = FingerprintTable.Read(fingerprints);
        _second = FingerprintTable.Read(fingerprints);
        _characters = characters;
        Dictionary<string, string> metadata = _session.ModelMetadata.CustomMetadataMap;
        _languages = metadata["languages"].Split(',');
        _languageIndices = [.. _languages.Select((_, index) => new[] { index })];
        _before = Number(metadata["before"]);
        _after = Number(metadata["after"]);
        Delay = Number(metadata["delay"]);
        _firstWidth = _session.InputMetadata["first"].Dimensions[1];
        _secondWidth = _session.InputMetadata["second"].Dimensions[1];
        (_history, _channels) = (_session.InputMetadata["history"].Dimensions[0], _session.InputMetadata["history"].Dimensions[1]);
    }

    /// <summary>Units after a unit that its result depends on.</summary>
    public int LookAhead => _after + Delay;

    /// <summary>Places after a unit's own one at which it is decided.</summary>
    public int Delay { get; }

    /// <summary>Loads one of the embedded networks.</summary>
    /// <param name="name"><c>words</c> or <c>characters</c>.</param>
    public static PunctuationModel Load(string name)
    {
        using Stream graph = Open($"punctuation-{name}.onnx");
        using Stream fingerprints = Open($"punctuation-{name}.bin");
        byte[] bytes = new byte[graph.Length];
        graph.ReadExactly(bytes);
        return new PunctuationModel(bytes, fingerprints, name == "characters");
    }

    /// <summary>Computes what the memory lacks about the words.</summary>
    /// <param name="words">All words of the text.</param>
    /// <param name="language">Primary subtag of a language of this network.</param>
    /// <param name="isFinal">Whether nothing follows.</param>
    /// <param name="memory">What is known; afterwards its first units are decided, all of them if final, all but the last <see cref="LookAhead"/> otherwise.</param>
    public void Run(IReadOnlyList<string> words, string language, bool isFinal, PunctuationMemory memory)
    {
        bool known = memory.Belongs(this, language);
        int same = memory.Units.Set(words, _characters);
        int count = memory.Units.Units.Count;
        int end = isFinal ? count + Delay : Math.Max(0, count - _after);
        bool unchanged = known && same == count && count == memory.UnitsSeen;
        int start = unchanged ? memory.Places : Math.Clamp(Math.Min(same, memory.UnitsSeen) - _after, 0, memory.Places);
        int rows = _before + count + _after + Delay;
        memory.Reserve(rows * _firstWidth, rows * _secondWidth, (count + Delay) * Marks, (count + Delay) * Cases, (_history + count + Delay) * _channels);
        if (!known)
        {
            FillAbsent(memory, 0, _before);
            memory.Narrowed.AsSpan(0, _history * _channels).Clear();
        }

        FillRows(memory, known ? Math.Min(same, memory.UnitsSeen) : 0, count, language);
        if (isFinal)
        {
            FillAbsent(memory, _before + count, rows);
        }

        for (int place = start; place < end; place += Piece)
        {
            RunPlaces(memory, place, Math.Min(Piece, end - place), Array.IndexOf(_languages, language));
        }

        memory.Advance(Math.Max(start, end), count);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private static Stream Open(string name) =>
        typeof(PunctuationModel).Assembly.GetManifestResourceStream("Paraformer.Engine.Text." + name)
        ?? throw new InvalidOperationException($"the engine was built without {name}");

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private void RunPlaces(PunctuationMemory memory, int start, int count, int language)
    {
        int rows = count + _before + _after;
        using OrtValue first = Value(memory.First, start * _firstWidth, rows, _firstWidth);
        using OrtValue second = Value(memory.Second, start * _secondWidth, rows, _secondWidth);
        using OrtValue languageValue = OrtValue.CreateTensorValueFromMemory(_languageIndices[language], [1]);
        using OrtValue history = Value(memory.Narrowed, start * _channels, _history, _channels);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, s_inputs, [first, second, languageValue, history], s_outputs);
        outputs[0].GetTensorDataAsSpan<float>().CopyTo(memory.Marks.AsSpan(start * Marks));
        outputs[1].GetTensorDataAsSpan<float>().CopyTo(memory.Cases.AsSpan(start * Cases));
        outputs[2].GetTensorDataAsSpan<float>().CopyTo(memory.Narrowed.AsSpan((_history + start) * _channels));
    }

    private static OrtValue Value<T>(T[] array, int start, int rows, int width)
        where T : unmanaged =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, array.AsMemory(start, rows * width), [rows, width]);

    private void FillAbsent(PunctuationMemory memory, int from, int to)
    {
        memory.First.AsSpan(from * _firstWidth, (to - from) * _firstWidth).Fill(_first.Rows);
        memory.Second.AsSpan(from * _secondWidth, (to - from) * _secondWidth).Fill(_second.Rows);
    }

    private void FillRows(PunctuationMemory memory, int from, int to, string language)
    {
        IReadOnlyList<string> units = memory.Units.Units;
        for (int i = from; i < to; i++)
        {
            Span<int> first = memory.First.AsSpan((_before + i) * _firstWidth, _firstWidth);
            Span<int> second = memory.Second.AsSpan((_before + i) * _secondWidth, _secondWidth);
            string unit = units[i];
            string before = i > 0 ? units[i - 1] : string.Empty;
            if (_characters)
            {
                string before2 = i > 1 ? units[i - 2] : string.Empty;
                first[0] = _first.Row($"u|{unit}");
                first[1] = _first.Row($"b|{before}\t{unit}");
                second[0] = _second.Row($"t|{before2}\t{before}\t{unit}");
            }
            else
            {
                first[0] = _first.Row($"w{language}|{unit}");
                second[0] = _second.Row($"1{language}|{unit.AsSpan(Math.Max(0, unit.Length - 1))}");
                second[1] = _second.Row($"2{language}|{unit.AsSpan(Math.Max(0, unit.Length - 2))}");
                second[2] = _second.Row($"3{language}|{unit.AsSpan(Math.Max(0, unit.Length - 3))}");
                second[3] = _second.Row($"4{language}|{unit.AsSpan(Math.Max(0, unit.Length - 4))}");
                second[4] = _second.Row($"p{language}|{unit.AsSpan(0, Math.Min(3, unit.Length))}");
                second[5] = _second.Row($"q{language}|{unit.AsSpan(0, Math.Min(5, unit.Length))}");
                second[6] = _second.Row($"b{language}|{before}\t{unit}");
            }
        }
    }
}
