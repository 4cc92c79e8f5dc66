using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Onnx;

namespace Paraformer.Engine.Zipformer;

/// <summary>
/// The decoder (<c>y</c> int[N,context] to <c>decoder_out</c>) and the joiner (<c>encoder_out</c> and <c>decoder_out</c> to <c>logit</c> [N,V]) of a
/// transducer. Shared read-only.
/// </summary>
internal sealed class TransducerHead : IDisposable
{
    private static readonly string[] s_joinerInputs = ["encoder_out", "decoder_out"];
    private static readonly string[] s_logit = ["logit"];
    private readonly PackGraph _decoder;
    private readonly PackGraph _joiner;
    private readonly string[] _decoderInputs;
    private readonly string[] _decoderOutputs;
    private readonly bool _shortNumbers;

    /// <exception cref="Paraformer.Models.ModelPackException">The graphs do not fit the encoder, the vocabulary or each other.</exception>
    public TransducerHead(PackGraph decoder, PackGraph joiner, int width, int vocabulary)
    {
        (_decoder, _joiner, Width, Vocabulary) = (decoder, joiner, width, vocabulary);
        Context = decoder.Number("context_size", 1, 8);
        if (decoder.Number("vocab_size", 1, int.MaxValue) is int stated && stated != vocabulary)
        {
            throw decoder.Wrong($"states {stated} for 'vocab_size', but tokens.txt has {vocabulary}");
        }

        if (joiner.Number("joiner_dim", 1, int.MaxValue) is int dimension && dimension != width)
        {
            throw joiner.Wrong($"states {dimension} for 'joiner_dim', but the encoder gives {width} values");
        }

        if (decoder.Session.InputNames.Count != 1 || decoder.Session.OutputNames.Count != 1)
        {
            throw decoder.Wrong($"has {decoder.Session.InputNames.Count} inputs and {decoder.Session.OutputNames.Count} outputs; one of each is expected");
        }

        _decoderInputs = [decoder.Session.InputNames[0]];
        _decoderOutputs = [decoder.Session.OutputNames[0]];
        _shortNumbers = decoder.Session.InputMetadata[_decoderInputs[0]] is { IsTensor: true, ElementDataType: TensorElementType.Int32 };
        decoder.RequireInput(_decoderInputs[0], _shortNumbers ? TensorElementType.Int32 : TensorElementType.Int64, -1, Context);
        foreach (string name in s_joinerInputs)
        {
            joiner.RequireInput(name, TensorElementType.Float, -1, width);
        }

        joiner.RequireOutput(s_logit[0], TensorElementType.Float, -1, vocabulary);
        Probe();
    }

    /// <summary>Tokens that the decoder looks back on.</summary>
    public int Context { get; }

    /// <summary>Values of a row of the encoder or the decoder.</summary>
    public int Width { get; }

    /// <summary>Tokens.</summary>
    public int Vocabulary { get; }

    /// <summary>The decoder's rows behind contexts.</summary>
    /// <param name="contexts"><see cref="Context"/> tokens each; -1 before the first.</param>
    public float[] Decode(long[] contexts)
    {
        int count = contexts.Length / Context;
        using OrtValue input = _shortNumbers
            ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(contexts, c => (int)c), [count, Context])
            : OrtValue.CreateTensorValueFromMemory(contexts, [count, Context]);
        var rows = new float[count * Width];
        using OrtValue output = OrtValue.CreateTensorValueFromMemory(rows, [count, Width]);
        using var run = new GraphRun(_decoder);
        run.Run(_decoderInputs, [input], _decoderOutputs, [output]);
        _decoder.RequireNumbers(_decoderOutputs[0], rows);
        return rows;
    }

    /// <summary>The logits of every token for rows of the encoder and of the decoder.</summary>
    /// <param name="encoded">As many values as <paramref name="decoded"/>.</param>
    /// <param name="decoded"><see cref="Width"/> values each.</param>
    /// <param name="logits">Receives <see cref="Vocabulary"/> values each.</param>
    public void Join(Memory<float> encoded, Memory<float> decoded, Memory<float> logits)
    {
        int count = decoded.Length / Width;
        using OrtValue first = Tensor(encoded, count, Width);
        using OrtValue second = Tensor(decoded, count, Width);
        using OrtValue output = Tensor(logits, count, Vocabulary);
        using var run = new GraphRun(_joiner);
        run.Run(s_joinerInputs, [first, second], s_logit, [output]);
        _joiner.RequireNumbers(s_logit[0], logits.Span, areLogarithms: true);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        _joiner.Dispose();
    }

    private static OrtValue Tensor(Memory<float> values, int count, int width) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, [count, width]);

    // Two at once, as the search will run them.
    private void Probe()
    {
        float[] decoded;
        try
        {
            decoded = Decode(new long[2 * Context]);
        }
        catch (OnnxRuntimeException e)
        {
            throw _decoder.Wrong($"cannot be run on two contexts of {Context} tokens, to rows of {Width} values ({e.Message})", e);
        }

        try
        {
            Join(new float[2 * Width], decoded, new float[2 * Vocabulary]);
        }
        catch (OnnxRuntimeException e)
        {
            throw _joiner.Wrong($"cannot be run on two rows of {Width} values, to {Vocabulary} logits ({e.Message})", e);
        }
    }
}
