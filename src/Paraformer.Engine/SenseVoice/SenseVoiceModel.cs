using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Features;
using Paraformer.Engine.Onnx;
using Paraformer.Engine.ParaformerModels;
using Paraformer.Engine.Scheduling;
using Paraformer.Engine.Tokens;
using Paraformer.Models;

namespace Paraformer.Engine.SenseVoice;

/// <summary>
/// SenseVoice-Small: 560 values every 60 ms, a language and a way of writing to the scores of the tokens, behind four frames of tags.
/// Both public forms are read: the hub's (<c>speech</c> …, <c>tokens.json</c>, <c>am.mvn</c>) and the releases' (<c>x</c> …, <c>tokens.txt</c>, the
/// rest in the graph's properties). Shared read-only.
/// </summary>
internal sealed class SenseVoiceModel : IRecognizerModel
{
    public const int FrameSamples = 6 * 160;
    public const int WindowFrames = 7;
    public const int ShiftFrames = 6;

    private const int Automatic = 0;
    private static readonly string[] s_hubInputs = ["speech", "speech_lengths", "language", "textnorm"];
    private static readonly string[] s_releaseInputs = ["x", "x_length", "language", "text_norm"];
    private static readonly (string Language, int Row)[] s_languages = [("zh", 3), ("en", 4), ("yue", 7), ("ja", 11), ("ko", 12)];

    // A final that waits behind others' is late by what is heard between: batches of more than a minute of audio help none.
    private const int MaxBatchFrames = 1000;

    // The longest may be a quarter longer than the shortest of its batch.
    private const double Padding = 0.2;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);
    private readonly PackGraph _graph;
    private readonly string[] _inputs;
    private readonly string _output;
    private readonly SenseVoiceRunner _runner;
    private readonly ModelSteps<SenseVoiceStep, float[]> _steps;
    private readonly Dictionary<string, int> _languages = new(StringComparer.Ordinal);
    private readonly int _written;
    private readonly int _spoken;
    private readonly int _blank;
    private readonly SenseVoiceTags _tags;

    private SenseVoiceModel(InstalledPack pack, PackGraph graph)
    {
        PackId = pack.Descriptor.Id;
        _graph = graph;
        bool release = graph.Session.InputMetadata.ContainsKey(s_releaseInputs[0]);
        _inputs = release ? s_releaseInputs : s_hubInputs;
        _output = release ? "logits" : "ctc_logits";
        string tokens = File.Exists(Path.Combine(pack.Folder, "tokens.txt")) ? "tokens.txt" : "tokens.json";
        (Tokens, _tags) = PackText.Read(pack, tokens, text =>
        {
            TokenTable table = tokens == "tokens.txt" ? TokenTable.ParseLines(text) : TokenTable.ParseJson(text);
            return (table, new SenseVoiceTags(table));
        });
        Statistics = ReadStatistics(pack, graph);
        if (Statistics.Dimension != WindowFrames * FilterBankOptions.FunAsr.MelBins)
        {
            throw graph.Wrong($"is normalised by {Statistics.Dimension} means; {WindowFrames * FilterBankOptions.FunAsr.MelBins} are expected");
        }

        foreach ((string language, int row) in s_languages)
        {
            _languages[language] = Row("lang_" + language, row);
        }

        _written = Row("with_itn", 14);
        _spoken = Row("without_itn", 15);
        _blank = graph.Metadata.ContainsKey("blank_id") ? graph.Number("blank_id", 0, Tokens.Count - 1) : 0;
        _runner = new SenseVoiceRunner(graph, _inputs, _output, Statistics.Dimension, Tokens.Count);
        _steps = new ModelSteps<SenseVoiceStep, float[]>(_runner);
        Check(tokens);
    }

    public string PackId { get; }

    internal FilterBank FilterBank { get; } = new(FilterBankOptions.FunAsr);

    internal MeanVariance Statistics { get; }

    internal TokenTable Tokens { get; }

    /// <summary>Loads and checks the model, and runs it once.</summary>
    /// <exception cref="ModelPackException">A file is missing, damaged or of another model.</exception>
    public static SenseVoiceModel Load(InstalledPack pack)
    {
        PackGraph graph = PackGraph.Load(pack, "model.int8.onnx", "model_quant.onnx", "model.onnx");
        try
        {
            return new SenseVoiceModel(pack, graph);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Finds out what the graph takes as one batch and has the workers run utterances so.</summary>
    public void UseWorkers(WorkScheduler scheduler, BatchOptions batching)
    {
        if (batching.MaxSteps > 1)
        {
            BatchOptions limited = _runner.FindForm(Extract, _spoken).Limit(batching, Padding);
            _steps.UseWorkers(scheduler, limited with { MaxBatchLength = Math.Min(MaxBatchFrames, limited.MaxBatchLength) });
        }
    }

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => new SenseVoiceRecognizer(this, options);

    public void Dispose()
    {
        _steps.Dispose();
        _graph.Dispose();
    }

    /// <summary>Recognises normalised frames, here and alone.</summary>
    /// <param name="frames">560 values each.</param>
    /// <param name="language">The language spoken; null or one that it does not know: it finds out.</param>
    /// <param name="written">Whether text is wanted as one writes it, with punctuation; otherwise as spoken.</param>
    internal SenseVoiceResult Run(float[] frames, string? language, bool written) => Read(Logits(frames, language, written));

    /// <summary>As <see cref="Run"/>, together with other streams.</summary>
    internal async ValueTask<SenseVoiceResult> RunAsync(float[] frames, string? language, bool written, CancellationToken cancellationToken) =>
        Read(await _steps.RunAsync(Step(frames, language, written), s_patience, cancellationToken).ConfigureAwait(false));

    /// <summary>The graph's scores: one row of as many as there are tokens for every frame, tag frames first.</summary>
    internal float[] Logits(float[] frames, string? language, bool written) => _steps.Run(Step(frames, language, written));

    private SenseVoiceStep Step(float[] frames, string? language, bool written) =>
        new(frames, language is null ? Automatic : _languages.GetValueOrDefault(language, Automatic), written ? _written : _spoken);

    private SenseVoiceResult Read(float[] scores)
    {
        Span<float> logits = scores;
        ReadOnlySpan<float> first = logits[..Tokens.Count];
        (string emotion, float confidence) = _tags.Best(1, logits.Slice(Tokens.Count, Tokens.Count));
        var search = new CtcGreedySearch(_blank);
        for (int at = SenseVoiceTags.Frames * Tokens.Count; at < logits.Length; at += Tokens.Count)
        {
            search.Step(logits.Slice(at, Tokens.Count));
        }

        var shares = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (string known in _languages.Keys)
        {
            shares[known] = _tags.Share(0, known, first);
        }

        return new SenseVoiceResult
        {
            Language = _tags.Best(0, first).Name,
            LanguageShares = shares,
            Emotion = emotion,
            EmotionConfidence = confidence,
            Event = _tags.Best(2, logits.Slice(2 * Tokens.Count, Tokens.Count)).Name,
            Writing = _tags.Best(3, logits.Slice(3 * Tokens.Count, Tokens.Count)).Name,
            Tokens = search.Tokens,
        };
    }

    // Frames of whole audio.
    private float[] Extract(ReadOnlyMemory<float> samples)
    {
        var features = new ParaformerFeatures(FilterBank, Statistics, WindowFrames, ShiftFrames);
        features.Accept(samples.Span);
        features.Finish();
        return features.Frames.Values.ToArray();
    }

    private static MeanVariance ReadStatistics(InstalledPack pack, PackGraph graph)
    {
        if (!graph.Metadata.TryGetValue("neg_mean", out string? mean) || !graph.Metadata.TryGetValue("inv_stddev", out string? deviation))
        {
            return PackText.Read(pack, "am.mvn", MeanVariance.Parse);
        }

        try
        {
            return MeanVariance.FromMetadata(mean, deviation);
        }
        catch (FormatException e)
        {
            throw graph.Wrong($"has a 'neg_mean' or 'inv_stddev' that cannot be read ({e.Message})", e);
        }
    }

    private int Row(string key, int usual) => _graph.Metadata.ContainsKey(key) ? _graph.Number(key, 0, 255) : usual;

    private void Check(string tokensFile)
    {
        _graph.RequireInput(_inputs[0], TensorElementType.Float, -1, -1, Statistics.Dimension);
        foreach (string name in _inputs.AsSpan(1))
        {
            _graph.RequireInput(name, TensorElementType.Int32, -1);
        }

        _graph.RequireOutput(_output, TensorElementType.Float, -1, -1, Tokens.Count);
        foreach ((string key, int expected) in (ReadOnlySpan<(string, int)>)[("vocab_size", Tokens.Count), ("lfr_window_size", WindowFrames), ("lfr_window_shift", ShiftFrames)])
        {
            if (_graph.Metadata.ContainsKey(key) && _graph.Number(key, 0, int.MaxValue) is int number && number != expected)
            {
                throw _graph.Wrong($"states {number.ToString(CultureInfo.InvariantCulture)} for '{key}', but {(key == "vocab_size" ? tokensFile + " has" : "this engine makes")} {expected}");
            }
        }

        try
        {
            Logits(new float[4 * Statistics.Dimension], null, written: false);
        }
        catch (OnnxRuntimeException e)
        {
            throw _graph.Wrong($"cannot be run ({e.Message})", e);
        }
    }
}
