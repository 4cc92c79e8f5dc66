using System.Buffers;
using Microsoft.ML.OnnxRuntime;

namespace Paraformer.Engine.Text;

/// <summary>
/// An embedded network that gives each unit the probabilities of the marks after it and of its casing. It sees a bounded number of units to either side, so
/// long texts are cut into pieces that overlap by as much and come out as if run at once. eng/training/punctuation makes it.
/// </summary>
internal sealed class PunctuationModel : IDisposable
{
    /// <summary>Number of mark classes, <see cref="PunctuationMark"/>.</summary>
    public const int Marks = 5;

    /// <summary>Number of casing classes: small, first letter capital, all capital.</summary>
    public const int Cases = 3;

    private const int Piece = 256;
    private static readonly string[] s_inputs = ["first", "second", "language"];
    private static readonly string[] s_outputs = ["marks", "cases"];

    private readonly InferenceSession _session;
    private readonly FingerprintTable _first;
    private readonly FingerprintTable _second;
    private readonly string[] _languages;
    private readonly int _lookBack;
    private readonly int _firstWidth;
    private readonly int _secondWidth;
    private readonly bool _characters;

    private PunctuationModel(byte[] graph, Stream fingerprints, bool characters)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, EnableCpuMemArena = false, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(graph, options);
        _first = FingerprintTable.Read(fingerprints);
        _second = FingerprintTable.Read(fingerprints);
        _characters = characters;
        Dictionary<string, string> metadata = _session.ModelMetadata.CustomMetadataMap;
        _languages = metadata["languages"].Split(',');
        LookAhead = int.Parse(metadata["look_ahead"], System.Globalization.CultureInfo.InvariantCulture);
        _lookBack = int.Parse(metadata["look_back"], System.Globalization.CultureInfo.InvariantCulture);
        _firstWidth = _session.InputMetadata["first"].Dimensions[1];
        _secondWidth = _session.InputMetadata["second"].Dimensions[1];
    }

    /// <summary>Units after a unit that its result depends on.</summary>
    public int LookAhead { get; }

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

    /// <summary>The units of the words, as the network takes them.</summary>
    public PunctuationUnits Split(IReadOnlyList<string> words) => _characters ? PunctuationUnits.OfCharacters(words) : PunctuationUnits.OfWords(words);

    /// <summary>Runs the network over all units.</summary>
    /// <param name="units">Units of <see cref="Split"/>.</param>
    /// <param name="language">Primary subtag of a language of this network.</param>
    /// <param name="marks">Receives <see cref="Marks"/> probabilities a unit.</param>
    /// <param name="cases">Receives <see cref="Cases"/> probabilities a unit.</param>
    public void Run(IReadOnlyList<string> units, string language, Span<float> marks, Span<float> cases)
    {
        int languageIndex = Array.IndexOf(_languages, language);
        for (int start = 0; start < units.Count; start += Piece)
        {
            int count = Math.Min(Piece, units.Count - start);
            int low = Math.Max(0, start - _lookBack);
            int high = Math.Min(units.Count, start + count + LookAhead);
            RunPiece(units, low, high, start, languageIndex, language, marks.Slice(start * Marks, count * Marks), cases.Slice(start * Cases, count * Cases));
        }
    }

    public void Dispose() => _session.Dispose();

    private static Stream Open(string name) =>
        typeof(PunctuationModel).Assembly.GetManifestResourceStream("Paraformer.Engine.Text." + name)
        ?? throw new InvalidOperationException($"the engine was built without {name}");

    private void RunPiece(IReadOnlyList<string> units, int low, int high, int start, int languageIndex, string language, Span<float> marks, Span<float> cases)
    {
        int length = high - low;
        int[] first = ArrayPool<int>.Shared.Rent(length * _firstWidth);
        int[] second = ArrayPool<int>.Shared.Rent(length * _secondWidth);
        try
        {
            FillRows(units, low, high, language, first, second);
            using var run = new RunOptions();
            using OrtValue firstValue = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, first.AsMemory(0, length * _firstWidth), [length, _firstWidth]);
            using OrtValue secondValue = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, second.AsMemory(0, length * _secondWidth), [length, _secondWidth]);
            using OrtValue languageValue = OrtValue.CreateTensorValueFromMemory(new[] { languageIndex }, [1]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(run, s_inputs, [firstValue, secondValue, languageValue], s_outputs);
            outputs[0].GetTensorDataAsSpan<float>().Slice((start - low) * Marks, marks.Length).CopyTo(marks);
            outputs[1].GetTensorDataAsSpan<float>().Slice((start - low) * Cases, cases.Length).CopyTo(cases);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(first);
            ArrayPool<int>.Shared.Return(second);
        }
    }

    private void FillRows(IReadOnlyList<string> units, int low, int high, string language, int[] first, int[] second)
    {
        for (int i = low; i < high; i++)
        {
            int at = i - low;
            string unit = units[i];
            if (_characters)
            {
                string before = i > 0 ? units[i - 1] : string.Empty;
                string before2 = i > 1 ? units[i - 2] : string.Empty;
                first[at * 2] = _first.Row($"u|{unit}");
                first[(at * 2) + 1] = _first.Row($"b|{before}\t{unit}");
                second[at] = _second.Row($"t|{before2}\t{before}\t{unit}");
            }
            else
            {
                first[at] = _first.Row($"w{language}|{unit}");
                second[at * 4] = _second.Row($"1{language}|{unit.AsSpan(Math.Max(0, unit.Length - 1))}");
                second[(at * 4) + 1] = _second.Row($"2{language}|{unit.AsSpan(Math.Max(0, unit.Length - 2))}");
                second[(at * 4) + 2] = _second.Row($"3{language}|{unit.AsSpan(Math.Max(0, unit.Length - 3))}");
                second[(at * 4) + 3] = _second.Row($"p{language}|{unit.AsSpan(0, Math.Min(3, unit.Length))}");
            }
        }
    }
}
