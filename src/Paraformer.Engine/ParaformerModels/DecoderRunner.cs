using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Onnx;
using Paraformer.Engine.Scheduling;
using Paraformer.Models;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>New tokens of a stream for a streaming Paraformer's decoder.</summary>
/// <param name="Encoded">The chunk's frames, [frames, width].</param>
/// <param name="Embeddings">The tokens', [tokens, width].</param>
/// <param name="Memory">What earlier tokens left; once the step has run, what these leave. The stream's own.</param>
internal readonly record struct DecoderStep(float[] Encoded, float[] Embeddings, float[] Memory);

/// <summary>Runs a streaming Paraformer's decoder. Steps with fewer frames or tokens than others of their batch are padded at the end. Thread-safe.</summary>
internal sealed class DecoderRunner : IBatchRunner<DecoderStep, float[]>
{
    private const int MaxBlocks = 256;
    private readonly PackGraph _graph;
    private readonly TensorElementType _frameLengths, _tokenLengths;
    private readonly string[] _inputs, _outputs;
    private readonly int _blocks, _width, _memory, _vocabulary;
    private BatchForm _form = BatchForm.Equal;

    /// <exception cref="ModelPackException">The graph is no streaming decoder.</exception>
    public DecoderRunner(PackGraph graph, int width, int memory, int vocabulary)
    {
        (_graph, _width, _memory, _vocabulary) = (graph, width, memory, vocabulary);
        _blocks = CountBlocks(graph);
        graph.RequireInput("enc", TensorElementType.Float, -1, -1, width);
        graph.RequireInput("acoustic_embeds", TensorElementType.Float, -1, -1, width);
        graph.RequireOutput("logits", TensorElementType.Float, -1, -1, vocabulary);
        _frameLengths = ParaformerFiles.RequireLengths(graph, "enc_len");
        _tokenLengths = ParaformerFiles.RequireLengths(graph, "acoustic_embeds_len");
        for (int i = 0; i < _blocks; i++)
        {
            graph.RequireInput(Name("in_cache_", i), TensorElementType.Float, -1, width, memory);
            graph.RequireOutput(Name("out_cache_", i), TensorElementType.Float, -1, width, -1);
        }

        IEnumerable<int> blocks = Enumerable.Range(0, _blocks);
        _inputs = ["enc", "enc_len", "acoustic_embeds", "acoustic_embeds_len", .. blocks.Select(i => Name("in_cache_", i))];
        _outputs = ["logits", .. blocks.Select(i => Name("out_cache_", i))];
    }

    private int BlockValues => _width * _memory;

    /// <summary>Counts the layers that remember.</summary>
    /// <exception cref="ModelPackException">There are none.</exception>
    public static int CountBlocks(PackGraph graph)
    {
        int blocks = graph.Session.InputMetadata.Keys.Count(name => name.StartsWith("in_cache_", StringComparison.Ordinal));
        return blocks is > 0 and <= MaxBlocks ? blocks : throw graph.Wrong($"has {blocks} inputs 'in_cache_…', so it is not a streaming Paraformer's decoder");
    }

    /// <summary>What the first token finds: nothing before it.</summary>
    public float[] CreateMemory() => new float[_blocks * BlockValues];

    // Where padding is not exact, only steps with the same numbers of tokens and of frames are alike.
    public int LengthOf(DecoderStep input) => _form == BatchForm.Padded ? TokensOf(input) : (TokensOf(input) << 12) + FramesOf(input);

    public void Run(ReadOnlySpan<DecoderStep> inputs, Span<float[]> outputs)
    {
        int batch = inputs.Length;
        (int frames, int tokens, int fewest) = (0, 0, int.MaxValue);
        foreach (DecoderStep step in inputs)
        {
            (frames, tokens, fewest) = (Math.Max(frames, FramesOf(step)), Math.Max(tokens, TokensOf(step)), Math.Min(fewest, TokensOf(step)));
        }

        if (fewest < tokens && tokens > _memory)
        {
            // So many tokens push what a shorter step must keep out of its memory.
            RunOneByOne(inputs, outputs);
            return;
        }

        using BatchTensors tensors = Join(inputs, frames, tokens);
        using var run = new GraphRun(_graph);
        using IDisposableReadOnlyCollection<OrtValue> results = run.Run(_inputs, tensors.Values, _outputs);
        _graph.RequireShape("logits", results[0], batch, tokens, _vocabulary);
        for (int block = 0; block < _blocks; block++)
        {
            if (results[block + 1].GetTensorTypeAndShape().Shape is not [var rows, var width, var columns] || rows != batch || width != _width || columns < _memory)
            {
                throw _graph.Wrong($"gives {Name("out_cache_", block)} of another shape than it takes");
            }
        }

        ReadOnlySpan<float> scores = results[0].GetTensorDataAsSpan<float>();
        for (int i = 0; i < batch; i++)
        {
            int own = TokensOf(inputs[i]);
            outputs[i] = scores.Slice(i * tokens * _vocabulary, own * _vocabulary).ToArray();
            _graph.RequireNumbers("logits", outputs[i], areLogarithms: true);
        }

        // No memory goes on until the whole batch is known to be good: of one that fails, every step is run again.
        for (int i = 0; i < batch; i++)
        {
            int own = TokensOf(inputs[i]);
            for (int block = 0; block < _blocks; block++)
            {
                ReadOnlySpan<float> left = results[block + 1].GetTensorDataAsSpan<float>();
                left = left.Slice(i * (left.Length / batch), left.Length / batch);
                Remember(inputs[i].Memory.AsSpan(block * BlockValues, BlockValues), left, own, tokens - own);
            }
        }
    }

    private void RunOneByOne(ReadOnlySpan<DecoderStep> inputs, Span<float[]> outputs)
    {
        var steps = new DecoderStep[inputs.Length];
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] = inputs[i] with { Memory = [.. inputs[i].Memory] };
            Run(steps.AsSpan(i, 1), outputs.Slice(i, 1));
        }

        for (int i = 0; i < steps.Length; i++)
        {
            steps[i].Memory.CopyTo(inputs[i].Memory, 0);
        }
    }

    /// <summary>Finds out what the graph takes as one batch, by trying.</summary>
    public BatchForm FindForm()
    {
        if (_graph.HasFixedBatch("enc"))
        {
            return BatchForm.Single;
        }

        var noise = new Random(1);
        DecoderStep Make(int tokens)
        {
            float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(noise.NextDouble() - 0.5))];
            return new DecoderStep(Values((10 + (5 * tokens)) * _width), Values(tokens * _width), Values(_blocks * BlockValues));
        }

        DecoderStep tried = Make(1);
        float[] Try(params int[] tokens)
        {
            DecoderStep[] steps = [tried with { Memory = [.. tried.Memory] }, .. tokens.Skip(1).Select(Make)];
            var outputs = new float[steps.Length][];
            Run(steps, outputs);
            return [.. outputs[0], .. steps[0].Memory];
        }

        return _form = BatchForms.Find(Try, shorter: 1, longer: 3);
    }

    private BatchTensors Join(ReadOnlySpan<DecoderStep> inputs, int frames, int tokens)
    {
        int batch = inputs.Length;
        var tensors = new BatchTensors(_inputs.Length);
        var frameCounts = new int[batch];
        var tokenCounts = new int[batch];
        Span<float> encoded = tensors.Add(batch, frames, _width);
        for (int i = 0; i < batch; i++)
        {
            BatchTensors.Fill(inputs[i].Encoded, encoded.Slice(i * frames * _width, frames * _width));
            (frameCounts[i], tokenCounts[i]) = (FramesOf(inputs[i]), TokensOf(inputs[i]));
        }

        tensors.Add(ParaformerFiles.Lengths(frameCounts, _frameLengths));
        Span<float> embeddings = tensors.Add(batch, tokens, _width);
        for (int i = 0; i < batch; i++)
        {
            BatchTensors.Fill(inputs[i].Embeddings, embeddings.Slice(i * tokens * _width, tokens * _width));
        }

        tensors.Add(ParaformerFiles.Lengths(tokenCounts, _tokenLengths));
        for (int block = 0; block < _blocks; block++)
        {
            Span<float> memory = tensors.Add(batch, _width, _memory);
            for (int i = 0; i < batch; i++)
            {
                inputs[i].Memory.AsSpan(block * BlockValues, BlockValues).CopyTo(memory[(i * BlockValues)..]);
            }
        }

        return tensors;
    }

    // A layer gives the last columns of its old memory with the tokens behind it; some exports give more columns than they take. Behind a
    // step's own tokens lie those that only pad, so its columns lie so much further to the left, and those that are no longer
    // among the new ones are still among the old ones.
    private void Remember(Span<float> memory, ReadOnlySpan<float> left, int tokens, int padding)
    {
        int columns = left.Length / _width;
        int more = columns - _memory;
        int kept = Math.Max(0, padding - more);
        int first = Math.Max(0, more - padding);
        for (int i = 0; i < _width; i++)
        {
            Span<float> row = memory.Slice(i * _memory, _memory);
            row.Slice(kept == 0 ? 0 : tokens, kept).CopyTo(row);
            left.Slice((i * columns) + first, _memory - kept).CopyTo(row[kept..]);
        }
    }

    private int FramesOf(DecoderStep step) => step.Encoded.Length / _width;

    private int TokensOf(DecoderStep step) => step.Embeddings.Length / _width;

    private static string Name(string prefix, int number) => prefix + number.ToString(CultureInfo.InvariantCulture);
}
