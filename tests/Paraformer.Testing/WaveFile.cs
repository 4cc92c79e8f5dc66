using System.Buffers.Binary;

namespace Paraformer.Testing;

/// <summary>Reads 16-bit mono WAV and writes the same sound in other shapes, independently of Paraformer.Audio.</summary>
public static class WaveFile
{
    private const int HeaderBytes = 44;

    public static float[] Read16BitMono(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        var samples = new float[(bytes.Length - HeaderBytes) / 2];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(HeaderBytes + (2 * i))) / 32768f;
        }

        return samples;
    }

    /// <summary>Integer PCM of 8 to 32 bits, or float of 32 bits, the same sound in every channel.</summary>
    public static byte[] Write(ReadOnlySpan<float> samples, int sampleRate, int bits = 16, int channels = 1, bool isFloat = false)
    {
        int frame = bits / 8 * channels;
        var file = new byte[HeaderBytes + (samples.Length * frame)];
        Span<byte> header = file;
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], file.Length - 8);
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(header[20..], (short)(isFloat ? 3 : 1));
        BinaryPrimitives.WriteInt16LittleEndian(header[22..], (short)channels);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], sampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], sampleRate * frame);
        BinaryPrimitives.WriteInt16LittleEndian(header[32..], (short)frame);
        BinaryPrimitives.WriteInt16LittleEndian(header[34..], (short)bits);
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], file.Length - HeaderBytes);
        Span<byte> value = stackalloc byte[4];
        for (int i = 0; i < samples.Length; i++)
        {
            if (isFloat)
            {
                BinaryPrimitives.WriteSingleLittleEndian(value, samples[i]);
            }
            else
            {
                double scaled = Math.Clamp(Math.Round(samples[i] * Math.Pow(2, bits - 1)), -Math.Pow(2, bits - 1), Math.Pow(2, bits - 1) - 1);
                BinaryPrimitives.WriteInt32LittleEndian(value, (int)scaled);
            }

            for (int c = 0; c < channels; c++)
            {
                value[..(bits / 8)].CopyTo(file.AsSpan(HeaderBytes + (i * frame) + (c * bits / 8)));
            }
        }

        return file;
    }

    /// <summary>Resamples by direct evaluation of a Hann-windowed sinc, 32 zero crossings to each side.</summary>
    public static float[] Resample(ReadOnlySpan<float> samples, int from, int to)
    {
        const int Crossings = 32;
        double cutoff = Math.Min(1.0, (double)to / from) * 0.95;
        var result = new float[(int)((long)samples.Length * to / from)];
        double reach = Crossings / cutoff;
        for (int n = 0; n < result.Length; n++)
        {
            double center = (double)n * from / to;
            double sum = 0;
            int last = (int)Math.Min(samples.Length - 1, Math.Floor(center + reach));
            for (int k = (int)Math.Max(0, Math.Ceiling(center - reach)); k <= last; k++)
            {
                double x = k - center;
                double sinc = x == 0 ? 1 : Math.Sin(Math.PI * x * cutoff) / (Math.PI * x * cutoff);
                sum += samples[k] * sinc * (0.5 + (0.5 * Math.Cos(Math.PI * x / reach)));
            }

            result[n] = (float)(sum * cutoff);
        }

        return result;
    }
}
