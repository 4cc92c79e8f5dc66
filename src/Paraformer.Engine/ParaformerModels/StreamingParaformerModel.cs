using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Onnx;
using Paraformer.Models;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>
/// A streaming Paraformer: encoder and decoder as FunASR exports them and sherpa-onnx repackages them, quantised or not. Shared read-only.
/// </summary>
internal sealed class StreamingParaformerModel : IRecognizerModel
{
    private const int MaxBlocks = 256;
    private static readonly string[] s_encoderOutputs = ["enc", "alphas"];
    private readonly PackGraph _encoder;
    private readonly PackGraph _decoder;
    private readonly RunOptions _runOptions = new();
    private readonly TensorElementType _speechLength, _encodedLength, _embedsLength;
    private readonly string[] _decoderInputs;
    private readonly string[] _decoderOutputs;
    private readonly int _blocks;
    private readonly int _memory;

    private StreamingParaformerModel(InstalledPack pack, PackGraph encoder, PackGraph decoder)
    {
        PackId = pack.Descriptor.Id;
        Languages = pack.Descriptor.Languages;
        _encoder = encoder;
        _decoder = decoder;
        Files = ParaformerFiles.Read(pack, encoder);
        Positions = new PositionEncoding(Files.Statistics.Dimension);
        _blocks = decoder.Session.InputMetadata.Keys.Count(name => name.StartsWith("in_cache_", StringComparison.Ordinal));
        if (_blocks is 0 or > MaxBlocks)
        {
            throw decoder.Wrong($"has {_blocks} inputs 'in_cache_…', so it is not a streaming Paraformer's decoder");
        }

        Width = Stated(encoder, "encoder_output_size", Dimension(decoder, "acoustic_embeds", 2), 8192, 512);
        _memory = Stated(encoder, "decoder_kernel_size", Dimension(decoder, "in_cache_0", 2) + 1, 1024, 11) - 1;
        encoder.RequireInput("speech", TensorElementType.Float, -1, -1, Files.Statistics.Dimension);
        encoder.RequireOutput("enc", TensorElementType.Float, -1, -1, Width);
        encoder.RequireOutput("alphas", TensorElementType.Float, -1, -1);
        decoder.RequireInput("enc", TensorElementType.Float, -1, -1, Width);
        decoder.RequireInput("acoustic_embeds", TensorElementType.Float, -1, -1, Width);
        decoder.RequireOutput("logits", TensorElementType.Float, -1, -1, Files.Vocabulary.Count);
        _speechLength = ParaformerFiles.RequireLengths(encoder, "speech_lengths");
        _encodedLength = ParaformerFiles.RequireLengths(decoder, "enc_len");
        _embedsLength = ParaformerFiles.RequireLengths(decoder, "acoustic_embeds_len");
        for (int i = 0; i < _blocks; i++)
        {
            decoder.RequireInput(Name("in_cache_", i), TensorElementType.Float, -1, Width, _memory);
            decoder.RequireOutput(Name("out_cache_", i), TensorElementType.Float, -1, Width, -1);
        }

        int stated = encoder.Metadata.ContainsKey("decoder_num_blocks") ? encoder.Number("decoder_num_blocks", 1, MaxBlocks) : _blocks;
        if (stated != _blocks)
        {
            throw encoder.Wrong(string.Create(CultureInfo.InvariantCulture, $"states {stated} for 'decoder_num_blocks', but {decoder.FileName} has {_blocks}: they do not belong together"));
        }

        IEnumerable<int> blocks = Enumerable.Range(0, _blocks);
        _decoderInputs = ["enc", "enc_len", "acoustic_embeds", "acoustic_embeds_len", .. blocks.Select(i => Name("in_cache_", i))];
        _decoderOutputs = ["logits", .. blocks.Select(i => Name("out_cache_", i))];
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

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => new StreamingParaformerRecognizer(this, options);

    /// <summary>Runs the encoder: gives its frames and their weights.</summary>
    /// <param name="frames">Scaled and placed frames, [count, features].</param>
    /// <param name="count">How many.</param>
    public IDisposableReadOnlyCollection<OrtValue> Encode(float[] frames, int count)
    {
        using OrtValue speech = OrtValue.CreateTensorValueFromMemory(frames, [1, count, Files.Statistics.Dimension]);
        using OrtValue length = ParaformerFiles.Length(count, _speechLength);
        return _encoder.Session.Run(_runOptions, ["speech", "speech_lengths"], [speech, length], s_encoderOutputs);
    }

    /// <summary>Runs the decoder on new tokens.</summary>
    /// <param name="encoded">The encoder's frames.</param>
    /// <param name="frames">How many.</param>
    /// <param name="embeddings">The tokens' embeddings, [tokens, width].</param>
    /// <param name="tokens">How many.</param>
    /// <param name="caches">What earlier tokens left; stays the caller's.</param>
    /// <returns>Scores, [tokens, vocabulary], and what these tokens leave, which becomes the caller's.</returns>
    public (float[] Scores, OrtValue[] Caches) Decode(OrtValue encoded, int frames, float[] embeddings, int tokens, OrtValue[] caches)
    {
        using OrtValue encodedLength = ParaformerFiles.Length(frames, _encodedLength);
        using OrtValue embeds = OrtValue.CreateTensorValueFromMemory(embeddings, [1, tokens, Width]);
        using OrtValue embedsLength = ParaformerFiles.Length(tokens, _embedsLength);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _decoder.Session.Run(
            _runOptions, _decoderInputs, [encoded, encodedLength, embeds, embedsLength, .. caches], _decoderOutputs);
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), [.. outputs.Skip(1).Select(Latest)]);
    }

    /// <summary>What the first token finds: nothing before it.</summary>
    public OrtValue[] CreateCaches()
    {
        var caches = new OrtValue[_blocks];
        for (int i = 0; i < _blocks; i++)
        {
            caches[i] = OrtValue.CreateTensorValueFromMemory(new float[Width * _memory], [1, Width, _memory]);
        }

        return caches;
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
        _runOptions.Dispose();
    }

    // Some exports give more columns than they take: the last ones count.
    private OrtValue Latest(OrtValue cache)
    {
        ReadOnlySpan<float> values = cache.GetTensorDataAsSpan<float>();
        int columns = values.Length / Width;
        var latest = new float[Width * _memory];
        for (int i = 0; i < Width; i++)
        {
            values.Slice((i * columns) + columns - _memory, _memory).CopyTo(latest.AsSpan(i * _memory));
        }

        return OrtValue.CreateTensorValueFromMemory(latest, [1, Width, _memory]);
    }

    private static string Name(string prefix, int number) => prefix + number.ToString(CultureInfo.InvariantCulture);

    private static int Dimension(PackGraph graph, string input, int axis) =>
        graph.Session.InputMetadata.TryGetValue(input, out NodeMetadata? node) && node.Dimensions.Length > axis && node.Dimensions[axis] > 0 ? node.Dimensions[axis] : 0;

    private static int Stated(PackGraph graph, string key, int shape, int most, int usual) =>
        graph.Metadata.ContainsKey(key) ? graph.Number(key, 2, most) : shape > 1 ? shape : usual;

    private void Try()
    {
        int frames = ChunkShape.Default.Context + ChunkShape.Default.New;
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = Encode(new float[frames * Files.Statistics.Dimension], frames);
            RequireShape(_encoder, "enc", outputs[0], 1, frames, Width);
            RequireShape(_encoder, "alphas", outputs[1], 1, frames);
            OrtValue[] caches = CreateCaches();
            using OrtValue encodedLength = ParaformerFiles.Length(frames, _encodedLength);
            using OrtValue embeds = OrtValue.CreateTensorValueFromMemory(new float[2 * Width], [1, 2, Width]);
            using OrtValue embedsLength = ParaformerFiles.Length(2, _embedsLength);
            using IDisposableReadOnlyCollection<OrtValue> decoded = _decoder.Session.Run(
                _runOptions, _decoderInputs, [outputs[0], encodedLength, embeds, embedsLength, .. caches], _decoderOutputs);
            RequireShape(_decoder, "logits", decoded[0], 1, 2, Files.Vocabulary.Count);
            for (int i = 0; i < _blocks; i++)
            {
                if (decoded[i + 1].GetTensorTypeAndShape().Shape is not [1, var width, var columns] || width != Width || columns < _memory)
                {
                    throw _decoder.Wrong($"gives {Name("out_cache_", i)} of another shape than it takes");
                }

                caches[i].Dispose();
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw _decoder.Wrong($"and {_encoder.FileName} cannot be run ({e.Message})", e);
        }
    }

    private void RequireShape(PackGraph graph, string name, OrtValue value, params ReadOnlySpan<long> expected)
    {
        long[] shape = value.GetTensorTypeAndShape().Shape;
        if (!expected.SequenceEqual(shape))
        {
            throw graph.Wrong($"gives '{name}' of shape [{string.Join(", ", shape)}]; [{string.Join(", ", expected.ToArray())}] is expected ({Files.VocabularyFile} has {Files.Vocabulary.Count} tokens)");
        }
    }
}
