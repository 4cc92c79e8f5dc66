using System.Buffers;
using Paraformer.Audio.Wav;

namespace Paraformer.Audio.Tests;

internal sealed record Decoded(float[] Samples, AudioStreamInfo? Info);

internal static class Decoding
{
    /// <summary>Decodes a whole stream that arrives in pieces of one size.</summary>
    public static Decoded Run(AudioCodec codec, byte[] stream, int chunk = int.MaxValue, int? statedRate = null, int outputRate = 16000) =>
        Run(codec, stream, Repeat(chunk), statedRate, outputRate);

    /// <summary>Decodes a whole stream that arrives in pieces of the given sizes; the last size repeats.</summary>
    public static Decoded Run(AudioCodec codec, byte[] stream, IEnumerable<int> chunks, int? statedRate = null, int outputRate = 16000)
    {
        using StreamingAudioDecoder decoder = AudioDecoders.Create(codec, statedRate ?? RateOf(stream), outputRate);
        var output = new ArrayBufferWriter<float>();
        int at = 0;
        foreach (int size in chunks)
        {
            int count = Math.Min(size, stream.Length - at);
            decoder.Decode(stream.AsSpan(at, count), output);
            at += count;
            if (at == stream.Length)
            {
                break;
            }
        }

        decoder.Decode(stream.AsSpan(at), output);
        decoder.Complete(output);
        return new Decoded(output.WrittenSpan.ToArray(), decoder.Info);
    }

    public static AudioFormatException Refused(AudioCodec codec, byte[] stream, int chunk = int.MaxValue) =>
        Assert.Throws<AudioFormatException>(() => Run(codec, stream, chunk));

    public static byte[] S16(params short[] samples) => [.. samples.SelectMany(static s => new[] { (byte)s, (byte)(s >> 8) })];

    /// <summary>A tone of half full scale in 16-bit mono.</summary>
    public static byte[] Tone(double frequency, int sampleRate, int count) =>
        S16([.. Enumerable.Range(0, count).Select(n => (short)Math.Round(16384 * Math.Sin(2 * Math.PI * frequency * n / sampleRate)))]);

    /// <summary>What a WAV header says, as a client would state it; 16000 where there is none.</summary>
    private static int RateOf(ReadOnlySpan<byte> stream)
    {
        try
        {
            var header = new WavHeaderReader();
            return stream.Length > 11 && header.Read(ref stream) && header.Format.SampleRate is >= 1000 and <= 768_000 and int rate ? rate : 16000;
        }
        catch (AudioFormatException)
        {
            return 16000;
        }
    }

    private static IEnumerable<int> Repeat(int chunk)
    {
        while (true)
        {
            yield return chunk;
        }
    }
}
