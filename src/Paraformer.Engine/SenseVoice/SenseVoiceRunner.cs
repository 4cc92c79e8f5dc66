using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.Onnx;
using Paraformer.Engine.ParaformerModels;
using Paraformer.Engine.Scheduling;
using Paraformer.Engine.Vosk;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Paraformer.Engine.SenseVoice;

/// <summary>A piece of audio for SenseVoice.</summary>
/// <param name="Frames">Normalised frames, [count, features].</param>
/// <param name="Language">The row of the language, as the graph numbers them.</param>
/// <param name="Writing">The row of the way of writing.</param>
internal readonly record struct SenseVoiceStep(float[] Frames, int Language, int Writing);

/// <summary>Runs SenseVoice's graph: gives each piece's scores, [tag frames + frames, tokens]. Shorter pieces of a batch are padded with zeros at the end. Thread-safe.</summary>
/// <param name="graph">The graph.</param>
/// <param name="inputs">Its inputs' names: frames, their number, language, writing.</param>
/// <param name="output">Its output's name.</param>
/// <param name="features">Values of a frame.</param>
/// <param name="tokens">Tokens.</param>
internal sealed class SenseVoiceRunner(PackGraph graph, string[] inputs, string output, int features, int tokens) : IBatchRunner<SenseVoiceStep, float[]>
{
    private readonly string[] _outputs = [output];

    public int LengthOf(SenseVoiceStep input) => input.Frames.Length / features;

    /// <exception cref="Paraformer.Models.ModelPackException">The graph gives something else than it should.</exception>
    public void Run(ReadOnlySpan<SenseVoiceStep> steps, Span<float[]> results)
    {
        int batch = steps.Length;
        int frames = 0;
        foreach (SenseVoiceStep step in steps)
        {
            frames = Math.Max(frames, LengthOf(step));
        }

        using var tensors = new BatchTensors(inputs.Length);
        Span<float> speech = tensors.Add(batch, frames, features);
        (var lengths, var languages, var writings) = (new int[batch], new int[batch], new int[batch]);
        for (int i = 0; i < batch; i++)
        {
            BatchTensors.Fill(steps[i].Frames, speech.Slice(i * frames * features, frames * features));
            (lengths[i], languages[i], writings[i]) = (LengthOf(steps[i]), steps[i].Language, steps[i].Writing);
        }

        tensors.Add(ParaformerFiles.Lengths(lengths, TensorElementType.Int32));
        tensors.Add(ParaformerFiles.Lengths(languages, TensorElementType.Int32));
        tensors.Add(ParaformerFiles.Lengths(writings, TensorElementType.Int32));
        using var run = new GraphRun(graph);
        using IDisposableReadOnlyCollection<OrtValue> values = run.Run(inputs, tensors.Values, _outputs);
        int rows = frames + SenseVoiceTags.Frames;
        graph.RequireShape(output, values[0], batch, rows, tokens);
        ReadOnlySpan<float> scores = values[0].GetTensorDataAsSpan<float>();
        for (int i = 0; i < batch; i++)
        {
            results[i] = scores.Slice(i * rows * tokens, (lengths[i] + SenseVoiceTags.Frames) * tokens).ToArray();
            graph.RequireNumbers(output, results[i], areLogarithms: true);
        }
    }

    /// <summary>Finds out what the graph takes as one batch, by trying.</summary>
    /// <param name="extract">Makes normalised frames of samples.</param>
    /// <param name="writing">A row of a way of writing.</param>
    public BatchForm FindForm(Func<ReadOnlyMemory<float>, float[]> extract, int writing)
    {
        const int Shorter = 12;
        const int Longer = 15;
        if (graph.HasFixedBatch(inputs[0]))
        {
            return BatchForm.Single;
        }

        float[] speech = [.. extract(WarmUp.Samples), .. new float[Longer * features]];
        float[] Try(params int[] lengths)
        {
            var results = new float[lengths.Length][];
            Run([.. lengths.Select(n => new SenseVoiceStep(speech[..(n * features)], 0, writing))], results);
            return results[0];
        }

        return BatchForms.Find(Try, Shorter, Longer);
    }
}
