using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Paraformer.Audio;
using Paraformer.Engine.Bandwidth;

namespace Paraformer.Engine.Streams;

/// <summary>Makes decoded samples like those that models learned from: of 16 bits, and with an upper band where their source had none.</summary>
internal sealed class SampleConditioner
{
    private readonly ArrayBufferWriter<float> _widened = new();
    private BandwidthExtender? _extender;

    /// <summary>Conditions samples.</summary>
    /// <param name="samples">The next ones; changed.</param>
    /// <param name="source">What they come from; null where it is not known yet.</param>
    /// <returns>What is to be heard and then cleared: as much as came, now or a little later.</returns>
    public ArrayBufferWriter<float> Process(ArrayBufferWriter<float> samples, AudioStreamInfo? source)
    {
        if (source is { BitsPerSample: null })
        {
            RoundTo16Bits(MemoryMarshal.AsMemory(samples.WrittenMemory).Span);
        }

        if (samples.WrittenCount > 0 && _extender is null && IsNarrowband(source))
        {
            _extender = new BandwidthExtender(source!.SampleRate);
        }

        if (_extender is null)
        {
            return samples;
        }

        _extender.Process(samples.WrittenSpan, _widened);
        samples.ResetWrittenCount();
        return _widened;
    }

    /// <summary>What was held back; null where nothing is.</summary>
    public ArrayBufferWriter<float>? Flush()
    {
        if (_extender is null)
        {
            return null;
        }

        _extender.Flush(_widened);
        return _widened;
    }

    // Models learned from 16-bit audio. Bands that a coder leaves empty are far quieter than they ever heard; rounding fills them with what 16 bits have.
    private static void RoundTo16Bits(Span<float> samples)
    {
        TensorPrimitives.Multiply(samples, 32768f, samples);
        TensorPrimitives.Round(samples, samples);
        TensorPrimitives.Multiply(samples, 1 / 32768f, samples);
    }

    private static bool IsNarrowband(AudioStreamInfo? source) =>
        source?.SampleRate is >= BandwidthExtender.MinimumSourceRate and < BandwidthExtender.SufficientSourceRate;
}
