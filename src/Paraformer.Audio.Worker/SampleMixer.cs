using System.Runtime.InteropServices;

namespace Paraformer.Audio.Worker;

/// <summary>Mixes a frame's channels into mono floats, each with the same weight.</summary>
internal static unsafe class SampleMixer
{
    /// <param name="planes">One plane for each channel, or one with the channels interleaved.</param>
    /// <param name="format">AVSampleFormat.</param>
    /// <param name="channels">At least 1.</param>
    /// <param name="mono">Where the samples go; as many as the frame has.</param>
    /// <returns>False for a sample format that none of the decoders gives.</returns>
    public static bool TryMix(byte** planes, int format, int channels, Span<float> mono)
    {
        const int S16 = 1, S32 = 2, Float = 3, S16Planar = 6, S32Planar = 7, FloatPlanar = 8;
        switch (format)
        {
            case S16: Interleaved<short>(planes[0], channels, mono, 1f / 32768f); return true;
            case S32: Interleaved<int>(planes[0], channels, mono, 1f / 2147483648f); return true;
            case Float: Interleaved<float>(planes[0], channels, mono, 1f); return true;
            case S16Planar: Planar<short>(planes, channels, mono, 1f / 32768f); return true;
            case S32Planar: Planar<int>(planes, channels, mono, 1f / 2147483648f); return true;
            case FloatPlanar: Planar<float>(planes, channels, mono, 1f); return true;
            default: return false;
        }
    }

    private static void Interleaved<T>(byte* samples, int channels, Span<float> mono, float scale)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        ReadOnlySpan<T> all = MemoryMarshal.Cast<byte, T>(new ReadOnlySpan<byte>(samples, mono.Length * channels * sizeof(T)));
        scale /= channels;
        for (int i = 0; i < mono.Length; i++)
        {
            float sum = 0;
            foreach (T sample in all.Slice(i * channels, channels))
            {
                sum += float.CreateTruncating(sample);
            }

            mono[i] = sum * scale;
        }
    }

    private static void Planar<T>(byte** planes, int channels, Span<float> mono, float scale)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        mono.Clear();
        scale /= channels;
        for (int channel = 0; channel < channels; channel++)
        {
            var plane = new ReadOnlySpan<T>(planes[channel], mono.Length);
            for (int i = 0; i < mono.Length; i++)
            {
                mono[i] += float.CreateTruncating(plane[i]) * scale;
            }
        }
    }
}
