using System.Buffers.Binary;
using Paraformer.Protocol;

namespace Paraformer.Extensions;

/// <summary>What the first bytes of audio show.</summary>
/// <param name="Format">The format.</param>
/// <param name="SampleRate">The sample rate in Hz, where the first bytes hold it.</param>
internal readonly record struct AudioStart(AudioFormat Format, int? SampleRate)
{
    /// <summary>How many bytes are looked at.</summary>
    public const int Length = 64;

    /// <summary>Looks at the first bytes; null where they show no container.</summary>
    public static AudioStart? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 28 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WAVE"u8))
        {
            return new AudioStart(AudioFormat.Wav, bytes[12..].StartsWith("fmt "u8) ? BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]) : null);
        }

        if (bytes.StartsWith("OggS"u8))
        {
            return bytes.IndexOf("OpusHead"u8) >= 0 ? new AudioStart(AudioFormat.Opus, 48000)
                : bytes.IndexOf("Speex   "u8) >= 0 ? new AudioStart(AudioFormat.Speex, null)
                : null;
        }

        if (bytes.StartsWith("#!AMR\n"u8))
        {
            return new AudioStart(AudioFormat.Amr, 8000);
        }

        if (bytes.StartsWith("ID3"u8))
        {
            return new AudioStart(AudioFormat.Mp3, null);
        }

        if (bytes.Length < 4 || bytes[0] != 0xFF)
        {
            return null;
        }

        // ADTS has layer 0 where MPEG audio has layers 1 to 3.
        return (bytes[1] & 0xF6) == 0xF0 ? new AudioStart(AudioFormat.Aac, AdtsRate(bytes))
            : (bytes[1] & 0xE0) == 0xE0 && (bytes[1] & 0x06) == 0x02 ? new AudioStart(AudioFormat.Mp3, MpegRate(bytes))
            : null;
    }

    private static int? AdtsRate(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<int> rates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
        int index = (bytes[2] >> 2) & 0xF;
        return index < rates.Length ? rates[index] : null;
    }

    private static int? MpegRate(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<int> rates = [44100, 48000, 32000];
        int index = (bytes[2] >> 2) & 3;
        int version = (bytes[1] >> 3) & 3;
        return index == 3 || version == 1 ? null : rates[index] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    }
}
