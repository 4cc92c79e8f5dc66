using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Onnx;
using Paraformer.Engine.Scheduling;
using Paraformer.Models;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>A chunk for a streaming Paraformer's encoder: scaled and placed frames.</summary>
/// <param name="Frames">[count, features].</param>
/// <param name="Count">How many.</param>
internal readonly record struct EncoderStep(float[] Frames, int Count);

/// <summary>What an encoder makes of a chunk.</summary>
/// <param name="Encoded">[frames, width].</param>
/// <param name="Alphas">Each frame's weight.</param>
internal readonly record struct EncodedChunk(float[] Encoded, float[] Alphas);

/// <summary>Runs a streaming Paraformer's encoder on chunks of one length. Thread-safe.</summary>
internal sealed class EncoderRunner : IBatchRunner<EncoderStep, EncodedChunk>
{
    private static readonly string[] s_inputs = ["speech", "speech_lengths"];
    private static readonly string[] s_outputs = ["enc", "alphas"];
    private readonly PackGraph _graph;
    private readonly TensorElementType _lengths;
    private readonly int _features;
    private readonly int _width;

    /// <exception cref="ModelPackException">The graph is no streaming encoder.</exception>
    public EncoderRunner(PackGraph graph, int features, int width)
    {
        _graph = graph;
        _features = features;
        _width = width;
        graph.RequireInput("speech", TensorElementType.Float, -1, -1, features);
        graph.RequireOutput("enc", TensorElementType.Float, -1, -1, width);
        graph.RequireOutput("alphas", TensorElementType.Float, -1, -1);
        _lengths = ParaformerFiles.RequireLengths(graph, "speech_lengths");
    }

    public int LengthOf(EncoderStep input) => input.Count;

    public void Run(ReadOnlySpan<EncoderStep> inputs, Span<EncodedChunk> outputs)
    {
        int batch = inputs.Length;
        int frames = inputs[0].Count;
        using var tensors = new BatchTensors(s_inputs.Length);
        Span<float> speech = tensors.Add(batch, frames, _features);
        for (int i = 0; i < batch; i++)
        {
            inputs[i].Frames.CopyTo(speech.Slice(i * frames * _features, frames * _features));
        }

        tensors.Add(ParaformerFiles.Lengths(Enumerable.Repeat(frames, batch), _lengths));
        using var run = new GraphRun(_graph);
        using IDisposableReadOnlyCollection<OrtValue> results = run.Run(s_inputs, tensors.Values, s_outputs);
        _graph.RequireShape("enc", results[0], batch, frames, _width);
        _graph.RequireShape("alphas", results[1], batch, frames);
        ReadOnlySpan<float> encoded = results[0].GetTensorDataAsSpan<float>();
        ReadOnlySpan<float> alphas = results[1].GetTensorDataAsSpan<float>();
        _graph.RequireNumbers("enc", encoded);
        _graph.RequireNumbers("alphas", alphas);
        for (int i = 0; i < batch; i++)
        {
            outputs[i] = new EncodedChunk(encoded.Slice(i * frames * _width, frames * _width).ToArray(), alphas.Slice(i * frames, frames).ToArray());
        }
    }

    /// <summary>What the graph takes as one batch: chunks are never padded.</summary>
    public BatchForm FindForm(int frames)
    {
        if (_graph.HasFixedBatch("speech"))
        {
            return BatchForm.Single;
        }

        var step = new EncoderStep(new float[frames * _features], frames);
        try
        {
            Run([step, step], new EncodedChunk[2]);
            return BatchForm.Equal;
        }
        catch (Exception e) when (BatchForms.IsRefusal(e))
        {
            return BatchForm.Single;
        }
    }
}
