using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>
/// An utterance through a streaming Paraformer: chunks with context around them, weights, tokens and the decoder's memory carried from one
/// to the next; at the end what the context was waiting for. It gives what FunASR's runtime gives with its ONNX files, and does not depend
/// on how the samples come. Not thread-safe.
/// </summary>
internal sealed class ChunkStream : IDisposable
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
    private OrtValue[] _caches = [];
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

    /// <summary>Hears samples in [-1, 1] and adds the passes over the chunks that they complete.</summary>
    public void Accept(ReadOnlySpan<float> samples, ICollection<ChunkPass> passes)
    {
        while (!samples.IsEmpty)
        {
            int take = (int)Math.Min(samples.Length, _shape.Samples - (_samples % _shape.Samples));
            _features.Accept(samples[..take]);
            _samples += take;
            samples = samples[take..];
            if (_samples % _shape.Samples == 0)
            {
                float[] fresh = Take(_shape.New);
                passes.Add(Run([.. _context, .. fresh], _position - _shape.Context, last: false));
                Keep(fresh);
                _position += _shape.New;
            }
        }
    }

    /// <summary>Ends the utterance: adds the passes over what is left, then starts anew.</summary>
    public void Finish(ICollection<ChunkPass> passes)
    {
        if (_samples >= LeastSamples)
        {
            FinishHeard(passes);
        }

        Reset();
    }

    public void Dispose() => Release();

    private void FinishHeard(ICollection<ChunkPass> passes)
    {
        long origin = _position - _shape.Context;
        if (_position > 0 && _samples % _shape.Samples < LeastTail)
        {
            passes.Add(Run(_context, origin, last: true));
            return;
        }

        _features.Finish();
        float[] fresh = Take(_features.Frames.Count);
        int count = fresh.Length / Dimension;
        if (count + _shape.Right <= _shape.New)
        {
            passes.Add(Run([.. _context, .. fresh], origin, last: true));
            return;
        }

        // The last frames do not fit into one pass with their context. The second one has the newest frames before it.
        float[] whole = [.. _context, .. fresh];
        var padded = new float[(_shape.Context + _shape.New) * Dimension];
        whole.CopyTo(padded, 0);
        passes.Add(Run(padded, origin, last: false));
        int heard = _shape.New - _shape.Right;
        passes.Add(Run([.. whole.AsSpan(whole.Length - (_shape.Left * Dimension)), .. fresh.AsSpan(heard * Dimension)], _position + heard - _shape.Left, last: true));
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

    private ChunkPass Run(float[] input, long origin, bool last)
    {
        int frames = input.Length / Dimension;
        using IDisposableReadOnlyCollection<OrtValue> outputs = _model.Encode(input, frames);
        float[] encoded = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        float[] alphas = outputs[1].GetTensorDataAsSpan<float>().ToArray();
        alphas.AsSpan(0, _shape.Left).Clear();
        alphas.AsSpan(Math.Min(frames, _shape.Left + _shape.New)).Clear();
        List<float> fired = [];
        List<int> fires = [];
        for (int i = 0; i < frames + (last ? 1 : 0); i++)
        {
            bool tail = i == frames;
            if (_fire.Step(tail ? _nothing : encoded.AsSpan(i * _model.Width, _model.Width), tail ? TailAlpha : alphas[i], fired))
            {
                fires.Add((int)Math.Max(0, origin + i));
            }
        }

        return new ChunkPass
        {
            Frames = frames,
            Encoded = encoded,
            Alphas = alphas,
            Fires = fires,
            Fired = [.. fired],
            Scores = fires.Count == 0 ? [] : Decode(outputs[0], frames, CollectionsMarshal.AsSpan(fired).ToArray(), fires.Count),
        };
    }

    private float[] Decode(OrtValue encoded, int frames, float[] fired, int tokens)
    {
        if (_caches.Length == 0)
        {
            _caches = _model.CreateCaches();
        }

        (float[] scores, OrtValue[] caches) = _model.Decode(encoded, frames, fired, tokens, _caches);
        Release();
        _caches = caches;
        return scores;
    }

    private void Reset()
    {
        Release();
        _fire.Reset();
        _features.Finish();
        _features.Remove(_features.Frames.Count);
        Array.Clear(_context);
        _samples = 0;
        _position = 0;
    }

    private void Release()
    {
        foreach (OrtValue cache in _caches)
        {
            cache.Dispose();
        }

        _caches = [];
    }
}
