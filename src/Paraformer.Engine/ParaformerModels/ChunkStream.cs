using System.Numerics.Tensors;
using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>
/// An utterance through a streaming Paraformer: chunks with context around them, weights, tokens and the decoder's memory carried from one
/// to the next; at the end what the context was waiting for. It gives what FunASR's runtime gives with its ONNX files, and does not depend
/// on how the samples come. Not thread-safe.
/// </summary>
internal sealed class ChunkStream
{
    // Less than a frame more is not worth a pass: the context is heard to its end instead.
    private const int LeastTail = ChunkShape.FrameSamples;

    // Log-mel frames of a whole window and its repeated beginning: what is shorter holds no token.
    private const int LeastSamples = 400 + (3 * 160);

    // The weight behind the last frame, which completes a token that is more than half heard.
    private const float TailAlpha = 0.45f;

    private readonly StreamingParaformerModel _model;
    private readonly ChunkShape _shape;
    private readonly ParaformerFeatures _features;
    private readonly IntegrateAndFire _fire;
    private readonly float[] _context;
    private readonly float[] _nothing;
    private readonly float _scale;
    private float[]? _memory;
    private long _samples;
    private long _position;

    public ChunkStream(StreamingParaformerModel model, ChunkShape shape)
    {
        _model = model;
        _shape = shape;
        _features = model.Files.CreateFeatures();
        _fire = new IntegrateAndFire(model.Width);
        _context = new float[shape.Context * Dimension];
        _nothing = new float[model.Width];
        _scale = MathF.Sqrt(model.Width);
    }

    private int Dimension => _features.Frames.Dimension;

    /// <summary>Hears samples in [-1, 1] and adds the passes over the chunks that they complete, each run here and alone.</summary>
    public void Accept(ReadOnlySpan<float> samples, ICollection<ChunkPass> passes)
    {
        while (!samples.IsEmpty)
        {
            samples = samples[Hear(samples)..];
            if (_samples % _shape.Samples == 0)
            {
                AddChunkAsync(passes, alone: true, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            }
        }
    }

    /// <summary>As <see cref="Accept"/>, together with other streams.</summary>
    public async ValueTask AcceptAsync(ReadOnlyMemory<float> samples, ICollection<ChunkPass> passes, CancellationToken cancellationToken)
    {
        while (!samples.IsEmpty)
        {
            samples = samples[Hear(samples.Span)..];
            if (_samples % _shape.Samples == 0)
            {
                await AddChunkAsync(passes, alone: false, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends the utterance: adds the passes over what is left, each run here and alone, then starts anew.</summary>
    public void Finish(ICollection<ChunkPass> passes) => FinishAsync(passes, alone: true, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>As <see cref="Finish"/>, together with other streams.</summary>
    public ValueTask FinishAsync(ICollection<ChunkPass> passes, CancellationToken cancellationToken) => FinishAsync(passes, alone: false, cancellationToken);

    private async ValueTask FinishAsync(ICollection<ChunkPass> passes, bool alone, CancellationToken cancellationToken)
    {
        if (_samples >= LeastSamples)
        {
            foreach ((float[] input, long origin, bool last) in LastInputs())
            {
                passes.Add(await RunAsync(input, origin, last, alone, cancellationToken).ConfigureAwait(false));
            }
        }

        Reset();
    }

    // Takes samples up to the end of the chunk.
    private int Hear(ReadOnlySpan<float> samples)
    {
        int take = (int)Math.Min(samples.Length, _shape.Samples - (_samples % _shape.Samples));
        _features.Accept(samples[..take]);
        _samples += take;
        return take;
    }

    private async ValueTask AddChunkAsync(ICollection<ChunkPass> passes, bool alone, CancellationToken cancellationToken)
    {
        float[] fresh = Take(_shape.New);
        passes.Add(await RunAsync([.. _context, .. fresh], _position - _shape.Context, last: false, alone, cancellationToken).ConfigureAwait(false));
        Keep(fresh);
        _position += _shape.New;
    }

    private IEnumerable<(float[] Input, long Origin, bool Last)> LastInputs()
    {
        long origin = _position - _shape.Context;
        if (_position > 0 && _samples % _shape.Samples < LeastTail)
        {
            return [(_context, origin, true)];
        }

        _features.Finish();
        float[] fresh = Take(_features.Frames.Count);
        int count = fresh.Length / Dimension;
        float[] whole = [.. _context, .. fresh];
        if (count + _shape.Right <= _shape.New)
        {
            return [(whole, origin, true)];
        }

        // The last frames do not fit into one pass with their context. The second one has the newest frames before it.
        var padded = new float[(_shape.Context + _shape.New) * Dimension];
        whole.CopyTo(padded, 0);
        int heard = _shape.New - _shape.Right;
        float[] rest = [.. whole.AsSpan(whole.Length - (_shape.Left * Dimension)), .. fresh.AsSpan(heard * Dimension)];
        return [(padded, origin, false), (rest, _position + heard - _shape.Left, true)];
    }

    // Scales and places frames; those in the context have been already.
    private float[] Take(int count)
    {
        float[] frames = _features.Frames.Values[..(count * Dimension)].ToArray();
        _features.Remove(count);
        TensorPrimitives.Multiply(frames, _scale, frames);
        for (int i = 0; i < count; i++)
        {
            _model.Positions.Add(_position + i + 1, frames.AsSpan(i * Dimension, Dimension));
        }

        return frames;
    }

    private void Keep(float[] fresh)
    {
        int kept = Math.Max(0, _context.Length - fresh.Length);
        _context.AsSpan(_context.Length - kept).CopyTo(_context);
        fresh.AsSpan(fresh.Length - (_context.Length - kept)).CopyTo(_context.AsSpan(kept));
    }

    private async ValueTask<ChunkPass> RunAsync(float[] input, long origin, bool last, bool alone, CancellationToken cancellationToken)
    {
        int frames = input.Length / Dimension;
        EncodedChunk chunk = await StepAsync(_model.EncoderSteps, new EncoderStep(input, frames), alone, cancellationToken).ConfigureAwait(false);
        chunk.Alphas.AsSpan(0, _shape.Left).Clear();
        chunk.Alphas.AsSpan(Math.Min(frames, _shape.Left + _shape.New)).Clear();
        List<float> fired = [];
        List<int> fires = [];
        for (int i = 0; i < frames + (last ? 1 : 0); i++)
        {
            bool tail = i == frames;
            if (_fire.Step(tail ? _nothing : chunk.Encoded.AsSpan(i * _model.Width, _model.Width), tail ? TailAlpha : chunk.Alphas[i], fired))
            {
                fires.Add((int)Math.Max(0, origin + i));
            }
        }

        float[] embeddings = [.. fired];
        return new ChunkPass
        {
            Frames = frames,
            Encoded = chunk.Encoded,
            Alphas = chunk.Alphas,
            Fires = fires,
            Fired = embeddings,
            Scores = fires.Count == 0
                ? []
                : await StepAsync(_model.DecoderSteps, new DecoderStep(chunk.Encoded, embeddings, _memory ??= _model.CreateMemory()), alone, cancellationToken).ConfigureAwait(false),
        };
    }

    // A caption's next words are wanted at once: neither kind of step has patience.
    private static ValueTask<TOutput> StepAsync<TInput, TOutput>(ModelSteps<TInput, TOutput> steps, TInput step, bool alone, CancellationToken cancellationToken) =>
        alone ? new(steps.Run(step)) : steps.RunAsync(step, TimeSpan.Zero, cancellationToken);

    private void Reset()
    {
        _memory = null;
        _fire.Reset();
        _features.Finish();
        _features.Remove(_features.Frames.Count);
        Array.Clear(_context);
        _samples = 0;
        _position = 0;
    }
}
