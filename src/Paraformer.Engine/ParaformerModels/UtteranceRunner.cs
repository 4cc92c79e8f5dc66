using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Onnx;
using Paraformer.Engine.Scheduling;
using Paraformer.Engine.Vosk;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>A whole utterance.</summary>
/// <param name="Frames">Normalised frames, [count, features].</param>
/// <param name="Bias">Hot words' vectors, [words, width]; null where the graph takes none.</param>
internal readonly record struct UtteranceStep(float[] Frames, float[]? Bias);

/// <summary>Runs a whole-utterance Paraformer. Shorter utterances of a batch are padded with zeros at the end. Thread-safe.</summary>
internal sealed class UtteranceRunner : IBatchRunner<UtteranceStep, OfflineResult>
{
    // Graphs may fail on audio so short that it holds no token.
    private const int ShortestFrames = 8;

    // Weights of a frame, 20 ms each.
    private const int StepsPerFrame = 3;

    private readonly PackGraph _graph;
    private readonly ParaformerFiles _files;
    private readonly TensorElementType _lengths;
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly int _features;

    /// <exception cref="Paraformer.Models.ModelPackException">The graph is no Paraformer of whole utterances.</exception>
    public UtteranceRunner(PackGraph graph, ParaformerFiles files)
    {
        _graph = graph;
        _files = files;
        _features = files.Statistics.Dimension;
        graph.RequireInput("speech", TensorElementType.Float, -1, -1, _features);
        _lengths = ParaformerFiles.RequireLengths(graph, "speech_lengths");
        graph.RequireOutput("logits", TensorElementType.Float, -1, -1, files.Vocabulary.Count);
        if (!graph.Session.OutputMetadata.ContainsKey("token_num"))
        {
            throw graph.Wrong("has no output 'token_num', so it is not a Paraformer of whole utterances");
        }

        _inputs = ["speech", "speech_lengths"];
        _outputs = ["logits", "token_num"];
        if (graph.Session.OutputMetadata.ContainsKey("us_cif_peak"))
        {
            graph.RequireOutput("us_alphas", TensorElementType.Float, -1, -1);
            graph.RequireOutput("us_cif_peak", TensorElementType.Float, -1, -1);
            _outputs = [.. _outputs, "us_alphas", "us_cif_peak"];
        }

        if (graph.Session.InputMetadata.TryGetValue("bias_embed", out NodeMetadata? bias))
        {
            graph.RequireInput("bias_embed", TensorElementType.Float, -1, -1, -1);
            BiasWidth = Math.Max(0, bias.Dimensions[2]);
            TakesBias = true;
            _inputs = [.. _inputs, "bias_embed"];
        }
    }

    /// <summary>Whether the graph takes hot words.</summary>
    public bool TakesBias { get; }

    /// <summary>Values of a hot word's vector; 0 where the graph does not say.</summary>
    public int BiasWidth { get; set; }

    public int LengthOf(UtteranceStep input) => input.Frames.Length / _features;

    /// <exception cref="Paraformer.Models.ModelPackException">The graph gives something else than it should.</exception>
    public void Run(ReadOnlySpan<UtteranceStep> inputs, Span<OfflineResult> outputs)
    {
        // As many hot words in every row: those who have other numbers of them go one after the other.
        var groups = new Dictionary<int, List<int>>();
        for (int i = 0; i < inputs.Length; i++)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(groups, inputs[i].Bias?.Length ?? 0, out _) ??= []).Add(i);
        }

        foreach (List<int> members in groups.Values)
        {
            var steps = new UtteranceStep[members.Count];
            for (int i = 0; i < steps.Length; i++)
            {
                steps[i] = inputs[members[i]];
            }

            OfflineResult[] results = RunRows(steps);
            for (int i = 0; i < steps.Length; i++)
            {
                outputs[members[i]] = results[i];
            }
        }
    }

    /// <summary>Runs something short, to see that the graph works.</summary>
    public OfflineResult Try(int frames, float[]? bias) => RunGraph([new UtteranceStep(new float[frames * _features], bias)])[0];

    /// <summary>Finds out what the graph takes as one batch, by trying.</summary>
    public BatchForm FindForm(float[]? bias)
    {
        const int Shorter = 12;
        const int Longer = 15;
        if (_graph.HasFixedBatch("speech"))
        {
            return BatchForm.Single;
        }

        ParaformerFeatures features = _files.CreateFeatures();
        features.Accept(WarmUp.Samples.Span);
        features.Finish();
        float[] speech = [.. features.Frames.Values, .. new float[Longer * _features]];
        float[] Run(params int[] lengths)
        {
            OfflineResult result = RunGraph([.. lengths.Select(n => new UtteranceStep(speech[..(n * _features)], bias))])[0];
            return [.. result.Scores, .. result.Alphas ?? []];
        }

        return BatchForms.Find(Run, Shorter, Longer);
    }

    private OfflineResult[] RunRows(UtteranceStep[] steps)
    {
        try
        {
            return RunGraph(steps);
        }
        catch (Exception e) when (BatchForms.IsRefusal(e) && steps.Length == 1 && LengthOf(steps[0]) < ShortestFrames)
        {
            return [new OfflineResult { Tokens = 0, Scores = [] }];
        }
    }

    private OfflineResult[] RunGraph(UtteranceStep[] steps)
    {
        int batch = steps.Length;
        int frames = steps.Max(LengthOf);
        using var tensors = new BatchTensors(_inputs.Length);
        Span<float> speech = tensors.Add(batch, frames, _features);
        for (int i = 0; i < batch; i++)
        {
            BatchTensors.Fill(steps[i].Frames, speech.Slice(i * frames * _features, frames * _features));
        }

        tensors.Add(ParaformerFiles.Lengths(steps.Select(LengthOf), _lengths));
        if (steps[0].Bias is { } first)
        {
            Span<float> bias = tensors.Add(batch, first.Length / BiasWidth, BiasWidth);
            for (int i = 0; i < batch; i++)
            {
                steps[i].Bias.CopyTo(bias[(i * first.Length)..]);
            }
        }

        using var run = new GraphRun(_graph);
        using IDisposableReadOnlyCollection<OrtValue> results = run.Run(_inputs, tensors.Values, _outputs);
        long[] shape = results[0].GetTensorTypeAndShape().Shape;
        if (shape is not [var count, var rows, var width] || count != batch || (rows > 0 && width != _files.Vocabulary.Count))
        {
            throw _graph.Wrong($"gives 'logits' of shape [{string.Join(", ", shape)}], but {_files.VocabularyFile} has {_files.Vocabulary.Count} tokens");
        }

        OfflineResult[] utterances = [.. Enumerable.Range(0, batch).Select(i => new OfflineResult
        {
            Tokens = (int)Math.Clamp(Number(results[1], i), 0, rows),
            Scores = Row(results[0], "logits", i, batch)[..((int)Math.Clamp(Number(results[1], i), 0, rows) * _files.Vocabulary.Count)].ToArray(),
            Alphas = results.Count > 2 ? Weights(results[2], "us_alphas", i, batch, LengthOf(steps[i])) : null,
            Peaks = results.Count > 2 ? Weights(results[3], "us_cif_peak", i, batch, LengthOf(steps[i])) : null,
        })];

        // What stands in padding is nobody's.
        foreach (OfflineResult utterance in utterances)
        {
            _graph.RequireNumbers("logits", utterance.Scores, areLogarithms: true);
        }

        return utterances;
    }

    private float[] Weights(OrtValue value, string name, int row, int batch, int frames)
    {
        ReadOnlySpan<float> values = Row(value, name, row, batch);
        return values.Length >= StepsPerFrame * frames
            ? values[..(StepsPerFrame * frames)].ToArray()
            : throw _graph.Wrong($"gives {values.Length} values in '{name}' for {frames} frames; {StepsPerFrame * frames} are expected");
    }

    private ReadOnlySpan<float> Row(OrtValue value, string name, int row, int batch)
    {
        ReadOnlySpan<float> values = value.GetTensorDataAsSpan<float>();
        return values.Length % batch == 0
            ? values.Slice(row * (values.Length / batch), values.Length / batch)
            : throw _graph.Wrong($"gives {values.Length} values in '{name}' for {batch} utterances");
    }

    // 32 bits in new exports, 64 in older ones.
    private long Number(OrtValue value, int row)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        return info.ElementCount <= row
            ? throw _graph.Wrong($"gives {info.ElementCount} values in 'token_num', too few")
            : info.ElementDataType switch
            {
                TensorElementType.Int32 => value.GetTensorDataAsSpan<int>()[row],
                TensorElementType.Int64 => value.GetTensorDataAsSpan<long>()[row],
                TensorElementType type => throw _graph.Wrong($"has {type} in output 'token_num'; a whole number is expected"),
            };
    }
}
