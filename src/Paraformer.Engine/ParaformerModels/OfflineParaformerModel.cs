using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Onnx;
using Paraformer.Models;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>
/// A Paraformer of whole utterances as FunASR exports it and sherpa-onnx repackages it, quantised or not; with timestamps and hot words
/// where the graph has them. Shared read-only.
/// </summary>
internal sealed class OfflineParaformerModel : IRecognizerModel
{
    // Graphs may fail on audio so short that it holds no token.
    private const int ShortestFrames = 8;
    private readonly PackGraph _graph;
    private readonly RunOptions _runOptions = new();
    private readonly TensorElementType _speechLength;
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly int _biasWidth;

    private OfflineParaformerModel(InstalledPack pack, PackGraph graph)
    {
        PackId = pack.Descriptor.Id;
        Languages = pack.Descriptor.Languages;
        _graph = graph;
        Files = ParaformerFiles.Read(pack, graph);
        graph.RequireInput("speech", TensorElementType.Float, -1, -1, Files.Statistics.Dimension);
        _speechLength = ParaformerFiles.RequireLengths(graph, "speech_lengths");
        graph.RequireOutput("logits", TensorElementType.Float, -1, -1, Files.Vocabulary.Count);
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
            _biasWidth = Math.Max(0, bias.Dimensions[2]);
            _inputs = [.. _inputs, "bias_embed"];
            Embedder = HotWordEmbedder.Load(pack, Files.Vocabulary, _biasWidth);
            _biasWidth = Embedder.Blank.Length;
        }
    }

    public string PackId { get; }

    /// <summary>Languages of the pack.</summary>
    public IReadOnlyList<string> Languages { get; }

    /// <summary>Vocabulary and normalisation.</summary>
    public ParaformerFiles Files { get; }

    /// <summary>Makes hot words' vectors; null where the model takes none.</summary>
    public HotWordEmbedder? Embedder { get; private set; }

    /// <summary>Loads and checks a pack; a quantised graph comes first.</summary>
    /// <exception cref="ModelPackException">A file is missing or damaged, or the files do not fit each other.</exception>
    public static OfflineParaformerModel Load(InstalledPack pack)
    {
        PackGraph graph = PackGraph.Load(pack, "model.int8.onnx", "model_quant.onnx", "model.onnx");
        OfflineParaformerModel? model = null;
        try
        {
            model = new OfflineParaformerModel(pack, graph);
            model.Try();
            return model;
        }
        catch
        {
            model?.Embedder?.Dispose();
            graph.Dispose();
            throw;
        }
    }

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => new OfflineParaformerRecognizer(this, options);

    /// <summary>Recognises whole audio.</summary>
    /// <param name="frames">Normalised frames, [count, features].</param>
    /// <param name="bias">Hot words' vectors, or null for none.</param>
    public OfflineResult Run(float[] frames, float[]? bias)
    {
        int count = frames.Length / Files.Statistics.Dimension;
        try
        {
            return RunChecked(frames, count, bias ?? Embedder?.Blank);
        }
        catch (OnnxRuntimeException) when (count < ShortestFrames)
        {
            return new OfflineResult { Tokens = 0, Scores = [] };
        }
    }

    public void Dispose()
    {
        Embedder?.Dispose();
        _graph.Dispose();
        _runOptions.Dispose();
    }

    private OfflineResult RunChecked(float[] frames, int count, float[]? bias)
    {
        using OrtValue speech = OrtValue.CreateTensorValueFromMemory(frames, [1, count, Files.Statistics.Dimension]);
        using OrtValue length = ParaformerFiles.Length(count, _speechLength);
        using OrtValue? words = bias is null ? null : OrtValue.CreateTensorValueFromMemory(bias, [1, bias.Length / _biasWidth, _biasWidth]);
        OrtValue[] inputs = words is null ? [speech, length] : [speech, length, words];
        using IDisposableReadOnlyCollection<OrtValue> outputs = _graph.Session.Run(_runOptions, _inputs, inputs, _outputs);
        long[] shape = outputs[0].GetTensorTypeAndShape().Shape;
        if (shape is not [1, var rows, var width] || (rows > 0 && width != Files.Vocabulary.Count))
        {
            throw _graph.Wrong($"gives 'logits' of shape [{string.Join(", ", shape)}], but {Files.VocabularyFile} has {Files.Vocabulary.Count} tokens");
        }

        int tokens = (int)Math.Clamp(Number(outputs[1]), 0, rows);
        return new OfflineResult
        {
            Tokens = tokens,
            Scores = outputs[0].GetTensorDataAsSpan<float>()[..(tokens * Files.Vocabulary.Count)].ToArray(),
            Alphas = outputs.Count > 2 ? outputs[2].GetTensorDataAsSpan<float>().ToArray() : null,
            Peaks = outputs.Count > 2 ? outputs[3].GetTensorDataAsSpan<float>().ToArray() : null,
        };
    }

    // 32 bits in new exports, 64 in older ones.
    private long Number(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorElementType.Int32 => value.GetTensorDataAsSpan<int>()[0],
        TensorElementType.Int64 => value.GetTensorDataAsSpan<long>()[0],
        TensorElementType type => throw _graph.Wrong($"has {type} in output 'token_num'; a whole number is expected"),
    };

    private void Try()
    {
        const int Frames = 20;
        try
        {
            OfflineResult result = RunChecked(new float[Frames * Files.Statistics.Dimension], Frames, Embedder?.Blank);
            if (result.Peaks is { } peaks && (peaks.Length != 3 * Frames || result.Alphas!.Length != 3 * Frames))
            {
                throw _graph.Wrong($"gives {peaks.Length} values in 'us_cif_peak' for {Frames} frames; {3 * Frames} are expected");
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw _graph.Wrong($"cannot be run ({e.Message})", e);
        }
    }
}
