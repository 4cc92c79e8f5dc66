using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.Onnx;
using Paraformer.Engine.Scheduling;
using Paraformer.Models;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>
/// A streaming Paraformer: encoder and decoder as FunASR exports them and sherpa-onnx repackages them, quantised or not. Shared read-only.
/// </summary>
internal sealed class StreamingParaformerModel : IRecognizerModel
{
    private readonly PackGraph _encoder;
    private readonly PackGraph _decoder;
    private readonly EncoderRunner _encoderRunner;
    private readonly DecoderRunner _decoderRunner;
    private readonly ModelSteps<EncoderStep, EncodedChunk> _encoderSteps;
    private readonly ModelSteps<DecoderStep, float[]> _decoderSteps;

    private StreamingParaformerModel(InstalledPack pack, PackGraph encoder, PackGraph decoder)
    {
        PackId = pack.Descriptor.Id;
        Languages = pack.Descriptor.Languages;
        _encoder = encoder;
        _decoder = decoder;
        Files = ParaformerFiles.Read(pack, encoder);
        Positions = new PositionEncoding(Files.Statistics.Dimension);
        int blocks = DecoderRunner.CountBlocks(decoder);
        Width = Stated(encoder, "encoder_output_size", Dimension(decoder, "acoustic_embeds", 2), 8192, 512);
        int memory = Stated(encoder, "decoder_kernel_size", Dimension(decoder, "in_cache_0", 2) + 1, 1024, 11) - 1;
        _encoderRunner = new EncoderRunner(encoder, Files.Statistics.Dimension, Width);
        _decoderRunner = new DecoderRunner(decoder, Width, memory, Files.Vocabulary.Count);
        _encoderSteps = new ModelSteps<EncoderStep, EncodedChunk>(_encoderRunner);
        _decoderSteps = new ModelSteps<DecoderStep, float[]>(_decoderRunner);
        if (encoder.Metadata.ContainsKey("decoder_num_blocks") && encoder.Number("decoder_num_blocks", 1, int.MaxValue) is int stated && stated != blocks)
        {
            throw encoder.Wrong(string.Create(CultureInfo.InvariantCulture, $"states {stated} for 'decoder_num_blocks', but {decoder.FileName} has {blocks}: they do not belong together"));
        }

        Try();
    }

    public string PackId { get; }

    /// <summary>Languages of the pack.</summary>
    public IReadOnlyList<string> Languages { get; }

    /// <summary>Vocabulary and normalisation.</summary>
    public ParaformerFiles Files { get; }

    /// <summary>Values of an encoder frame.</summary>
    public int Width { get; }

    public PositionEncoding Positions { get; }

    /// <summary>The encoder's passes over chunks.</summary>
    public ModelSteps<EncoderStep, EncodedChunk> EncoderSteps => _encoderSteps;

    /// <summary>The decoder's passes over new tokens: each gives scores, [tokens, vocabulary].</summary>
    public ModelSteps<DecoderStep, float[]> DecoderSteps => _decoderSteps;

    /// <summary>Loads and checks a pack; quantised graphs come first.</summary>
    /// <exception cref="ModelPackException">A file is missing or damaged, or the files do not fit each other.</exception>
    public static StreamingParaformerModel Load(InstalledPack pack)
    {
        PackGraph encoder = PackGraph.Load(pack, "encoder.int8.onnx", "model_quant.onnx", "encoder.onnx", "model.onnx");
        PackGraph? decoder = null;
        try
        {
            decoder = PackGraph.Load(pack, "decoder.int8.onnx", "decoder_quant.onnx", "decoder.onnx");
            return new StreamingParaformerModel(pack, encoder, decoder);
        }
        catch
        {
            encoder.Dispose();
            decoder?.Dispose();
            throw;
        }
    }

    /// <summary>Finds out what the graphs take as one batch and has the workers run their steps so.</summary>
    public void UseWorkers(WorkScheduler scheduler, BatchOptions batching)
    {
        if (batching.MaxSteps == 1)
        {
            return;
        }

        _encoderSteps.UseWorkers(scheduler, _encoderRunner.FindForm(ChunkShape.Default.Context + ChunkShape.Default.New).Limit(batching, padding: 0));

        // Most of a decoder step's cost is that of reading the weights, whatever the number of its tokens.
        _decoderSteps.UseWorkers(scheduler, _decoderRunner.FindForm().Limit(batching, padding: 1));
    }

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => new StreamingParaformerRecognizer(this, options);

    /// <summary>What a stream's first token finds: nothing before it.</summary>
    public float[] CreateMemory() => _decoderRunner.CreateMemory();

    public void Dispose()
    {
        _encoderSteps.Dispose();
        _decoderSteps.Dispose();
        _encoder.Dispose();
        _decoder.Dispose();
    }

    private static int Dimension(PackGraph graph, string input, int axis) =>
        graph.Session.InputMetadata.TryGetValue(input, out NodeMetadata? node) && node.Dimensions.Length > axis && node.Dimensions[axis] > 0 ? node.Dimensions[axis] : 0;

    private static int Stated(PackGraph graph, string key, int shape, int most, int usual) =>
        graph.Metadata.ContainsKey(key) ? graph.Number(key, 2, most) : shape > 1 ? shape : usual;

    private void Try()
    {
        const int Tokens = 2;
        int frames = ChunkShape.Default.Context + ChunkShape.Default.New;
        try
        {
            EncodedChunk chunk = _encoderSteps.Run(new EncoderStep(new float[frames * Files.Statistics.Dimension], frames));
            _decoderSteps.Run(new DecoderStep(chunk.Encoded, new float[Tokens * Width], CreateMemory()));
        }
        catch (OnnxRuntimeException e)
        {
            throw _decoder.Wrong($"and {_encoder.FileName} cannot be run ({e.Message})", e);
        }
    }
}
