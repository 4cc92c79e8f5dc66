using System.Buffers;
using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine.Synthetic;

/// <summary>Frames of one step, one after the other, and how many tokens are asked for.</summary>
internal readonly record struct GraphStep(ReadOnlyMemory<float> Frames, int Tokens);

/// <summary>
/// Runs a synthetic graph: <c>speech</c> [B, T, 560] and <c>acoustic</c> [B, U, 512] to <c>tokens</c> [B, U]. Shorter steps of a
/// batch are padded with zeros. Thread-safe.
/// </summary>
internal sealed class GraphRunner(InferenceSession session) : IBatchRunner<GraphStep, long[]>, IDisposable
{
    /// <summary>Values of a frame: seven filter-bank frames of 80.</summary>
    public const int FrameValues = 560;

    private const int EmbeddingValues = 512;
    private static readonly string[] s_inputs = ["speech", "acoustic"];
    private static readonly string[] s_outputs = ["tokens"];

    private long _ticks;

    /// <summary>How long the bare graph has run so far, all callers together.</summary>
    public double RunSeconds => (double)Interlocked.Read(ref _ticks) / Stopwatch.Frequency;

    /// <summary>Loads a graph.</summary>
    /// <param name="file">Its file.</param>
    /// <param name="threads">Threads of a run.</param>
    /// <param name="unchanged">Whether ONNX Runtime gets the file as it is, to measure what <see cref="Onnx.DepthwiseConvolutions"/> gains.</param>
    /// <exception cref="RecognitionException">The file is not such a graph.</exception>
    public static GraphRunner Load(string file, int threads = 1, bool unchanged = false)
    {
        InferenceSession session;
        try
        {
            using SessionOptions options = Onnx.SessionSettings.Create(threads);
            session = unchanged ? new InferenceSession(file, options) : Onnx.SessionSettings.Open(file, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new RecognitionException(RecognitionError.ModelUnavailable, $"{file} cannot be loaded as an ONNX graph: {e.Message}", e);
        }

        string? missing = s_inputs.FirstOrDefault(name => !session.InputMetadata.ContainsKey(name)) ?? s_outputs.FirstOrDefault(name => !session.OutputMetadata.ContainsKey(name));
        if (missing is not null)
        {
            session.Dispose();
            throw new RecognitionException(RecognitionError.ModelUnavailable, $"{file} has no tensor '{missing}': it is not a synthetic graph (inputs speech and acoustic, output tokens)");
        }

        return new GraphRunner(session);
    }

    public int LengthOf(GraphStep input) => input.Frames.Length / FrameValues;

    public void Run(ReadOnlySpan<GraphStep> inputs, Span<long[]> outputs)
    {
        int frames = 0;
        int tokens = 0;
        foreach (GraphStep step in inputs)
        {
            frames = Math.Max(frames, LengthOf(step));
            tokens = Math.Max(tokens, step.Tokens);
        }

        int speechLength = inputs.Length * frames * FrameValues;
        int acousticLength = inputs.Length * tokens * EmbeddingValues;
        float[] speech = ArrayPool<float>.Shared.Rent(speechLength);
        float[] acoustic = ArrayPool<float>.Shared.Rent(acousticLength);
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                Span<float> row = speech.AsSpan(i * frames * FrameValues, frames * FrameValues);
                inputs[i].Frames.Span.CopyTo(row);
                row[inputs[i].Frames.Length..].Clear();
            }

            acoustic.AsSpan(0, acousticLength).Fill(0.1f);
            using OrtValue speechValue = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, speech.AsMemory(0, speechLength), [inputs.Length, frames, FrameValues]);
            using OrtValue acousticValue = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, acoustic.AsMemory(0, acousticLength), [inputs.Length, tokens, EmbeddingValues]);
            using var options = new RunOptions();
            long began = Stopwatch.GetTimestamp();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, s_inputs, [speechValue, acousticValue], s_outputs);
            Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - began);
            ReadOnlySpan<long> ids = results[0].GetTensorDataAsSpan<long>();
            for (int i = 0; i < inputs.Length; i++)
            {
                outputs[i] = ids.Slice(i * tokens, inputs[i].Tokens).ToArray();
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(speech);
            ArrayPool<float>.Shared.Return(acoustic);
        }
    }

    public void Dispose() => session.Dispose();
}
