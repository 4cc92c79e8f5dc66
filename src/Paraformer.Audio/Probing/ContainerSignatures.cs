namespace Paraformer.Audio.Probing;

/// <summary>How far a stream's first bytes agree with a format.</summary>
internal enum Match
{
    /// <summary>They do not.</summary>
    No,

    /// <summary>They do as far as they go; more bytes are needed.</summary>
    NeedsMore,

    /// <summary>They do.</summary>
    Yes,
}

/// <summary>
/// Recognises containers by their first bytes. Only signatures that raw PCM practically never shows count: at least four
/// fixed bytes, or two consecutive frames where a format has sync words alone.
/// </summary>
internal static class ContainerSignatures
{
    /// <summary>The most bytes that any recognition looks at.</summary>
    public const int Window = 4096;

    private static readonly Signature[] Signatures =
    [
        new(new("wav", null, AudioCodec.Wav), new(0, "RIFF"u8), new(8, "WAVE"u8)),
        new(new("wav", null, AudioCodec.Wav), new(0, "RIFX"u8), new(8, "WAVE"u8)),
        new(new("wav", null, AudioCodec.Wav), new(0, "RF64"u8), new(8, "WAVE"u8)),
        new(new("wav", null, AudioCodec.Wav), new(0, "BW64"u8), new(8, "WAVE"u8)),
        new(new("avi"), new(0, "RIFF"u8), new(8, "AVI "u8)),
        new(new("aiff"), new(0, "FORM"u8), new(8, "AIFF"u8)),
        new(new("aiff"), new(0, "FORM"u8), new(8, "AIFC"u8)),
        new(new("flac"), new(0, "fLaC"u8)),
        new(new("amr", "amr_nb", AudioCodec.Amr), new(0, "#!AMR\n"u8)),
        new(new("amr", "amr_wb"), new(0, "#!AMR-WB\n"u8)),
        new(new("amr"), new(0, "#!AMR"u8)),
        new(new("mp4"), new(0, [0, 0, 0]), new(4, "ftyp"u8)),
        new(new("matroska"), new(0, [0x1A, 0x45, 0xDF, 0xA3])),
        new(new("asf"), new(0, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11])),
        new(new("caf"), new(0, "caff"u8), new(4, [0, 1])),
        new(new("au"), new(0, ".snd"u8), new(4, [0, 0])),
        new(new("w64"), new(0, "riff"u8), new(4, [0x2E, 0x91, 0xCF, 0x11])),
    ];

    private static readonly DetectedFormat Id3 = new("mp3", null, AudioCodec.Mp3);

    /// <summary>Looks at a stream's first bytes.</summary>
    /// <param name="firstBytes">From the stream's start.</param>
    /// <param name="isAll">Whether no more bytes can be had; then the answer is never <see cref="Match.NeedsMore"/>.</param>
    /// <param name="format">What was recognised, with <see cref="Match.Yes"/>.</param>
    public static Match Detect(ReadOnlySpan<byte> firstBytes, bool isAll, out DetectedFormat? format)
    {
        format = null;
        if (firstBytes.IsEmpty)
        {
            return isAll ? Match.No : Match.NeedsMore;
        }

        bool isFinal = isAll || firstBytes.Length >= Window;
        foreach (Signature signature in Signatures)
        {
            Match match = signature.Check(firstBytes);
            if (Decides(match, isFinal))
            {
                format = match == Match.Yes ? signature.Format : null;
                return match;
            }
        }

        Match other = CheckId3(firstBytes);
        if (Decides(other, isFinal))
        {
            format = other == Match.Yes ? Id3 : null;
            return other;
        }

        other = OggPage.Check(firstBytes, isFinal, out format);
        if (Decides(other, isFinal))
        {
            return other;
        }

        other = FrameSync.Check(firstBytes, out format);
        return Decides(other, isFinal) ? other : Match.No;
    }

    private static bool Decides(Match match, bool isFinal) => match == Match.Yes || (match == Match.NeedsMore && !isFinal);

    /// <summary>An ID3v2 tag: version 2 to 4 and a size whose bytes have their top bits clear.</summary>
    private static Match CheckId3(ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < Math.Min(bytes.Length, 10); i++)
        {
            bool fits = i switch
            {
                0 => bytes[i] == 'I',
                1 => bytes[i] == 'D',
                2 => bytes[i] == '3',
                3 => bytes[i] is >= 2 and <= 4,
                4 => bytes[i] != 0xFF,
                5 => (bytes[i] & 0x0F) == 0,
                _ => bytes[i] < 0x80,
            };
            if (!fits)
            {
                return Match.No;
            }
        }

        return bytes.Length < 10 ? Match.NeedsMore : Match.Yes;
    }

    private sealed class FixedBytes(int offset, ReadOnlySpan<byte> bytes)
    {
        private readonly byte[] _bytes = bytes.ToArray();

        public Match Check(ReadOnlySpan<byte> stream)
        {
            if (stream.Length <= offset)
            {
                return Match.NeedsMore;
            }

            ReadOnlySpan<byte> here = stream[offset..];
            int length = Math.Min(here.Length, _bytes.Length);
            return !here[..length].SequenceEqual(_bytes.AsSpan(0, length)) ? Match.No
                : length < _bytes.Length ? Match.NeedsMore
                : Match.Yes;
        }
    }

    private sealed class Signature(DetectedFormat format, FixedBytes first, FixedBytes? second = null)
    {
        public DetectedFormat Format { get; } = format;

        public Match Check(ReadOnlySpan<byte> stream)
        {
            Match match = first.Check(stream);
            return match == Match.Yes && second is not null ? second.Check(stream) : match;
        }
    }
}
