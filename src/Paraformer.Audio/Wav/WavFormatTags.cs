using System.Globalization;

namespace Paraformer.Audio.Wav;

/// <summary>Names of registered wave format tags (RFC 2361), for messages.</summary>
internal static class WavFormatTags
{
    /// <summary>The tag as <c>0x0055 (MP3)</c>, or the number alone where the tag is not a common one.</summary>
    public static string Describe(int tag)
    {
        string number = string.Create(CultureInfo.InvariantCulture, $"0x{tag:X4}");
        return Name(tag) is { } name ? $"{number} ({name})" : number;
    }

    private static string? Name(int tag) => tag switch
    {
        0x0001 => "PCM",
        0x0002 => "Microsoft ADPCM",
        0x0003 => "IEEE float",
        0x0006 => "A-law",
        0x0007 => "mu-law",
        0x0010 => "OKI ADPCM",
        0x0011 => "IMA ADPCM",
        0x0022 => "TrueSpeech",
        0x0031 => "GSM 6.10",
        0x0040 => "G.721 ADPCM",
        0x0042 => "G.723.1",
        0x0045 => "G.726 ADPCM",
        0x0050 => "MPEG layer I or II",
        0x0055 => "MP3",
        0x0057 => "AMR-NB",
        0x0058 => "AMR-WB",
        0x0083 => "G.729",
        0x0092 => "AC-3",
        0x00FF => "AAC",
        0x0160 => "Windows Media Audio 1",
        0x0161 => "Windows Media Audio 2",
        0x0162 => "Windows Media Audio Professional",
        0x1600 => "AAC in ADTS",
        0x2000 => "AC-3",
        0x674F or 0x6750 or 0x6751 or 0x676F or 0x6770 or 0x6771 => "Vorbis",
        0x704F => "Opus",
        0xA109 => "Speex",
        0xF1AC => "FLAC",
        _ => null,
    };
}
