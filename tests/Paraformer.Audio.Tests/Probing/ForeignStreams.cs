namespace Paraformer.Audio.Tests.Probing;

/// <summary>First bytes of streams that are neither WAV nor raw PCM, built by the fields of their formats.</summary>
internal static class ForeignStreams
{
    public static byte[] Get(string name) => name switch
    {
        "mp3 (ID3)" => [.. "ID3"u8, 4, 0, 0, 0, 0, 2, 1, .. new byte[300]],
        "mp3" => Frames([0xFF, 0xFB, 0x90, 0x64], 417),
        "mp3 (MPEG-2)" => Frames([0xFF, 0xF3, 0x40, 0xC4], 104),
        "mp2" => Frames([0xFF, 0xFD, 0x84, 0x04], 384),
        "aac" => Frames([0xFF, 0xF1, 0x50, 0x80, 0x19, 0x1F, 0xFC], 200),
        "ogg (opus)" => Ogg([.. "OpusHead"u8, 1, 1]),
        "ogg (speex)" => Ogg([.. "Speex   1.2"u8]),
        "ogg (vorbis)" => Ogg([1, .. "vorbis"u8]),
        "ogg (flac)" => Ogg([0x7F, .. "FLAC"u8]),
        "ogg" => Ogg([.. "whatever else"u8]),
        "flac" => [.. "fLaC"u8, 0, 0, 0, 0x22, .. new byte[34]],
        "amr (amr_nb)" => [.. "#!AMR\n"u8, 0x3C, .. new byte[31]],
        "amr (amr_wb)" => [.. "#!AMR-WB\n"u8, .. new byte[31]],
        "amr" => [.. "#!AMR_MC1.0\n"u8, .. new byte[31]],
        "mp4" => [0, 0, 0, 0x20, .. "ftypM4A "u8, .. new byte[20]],
        "matroska" => [0x1A, 0x45, 0xDF, 0xA3, .. new byte[20]],
        "avi" => [.. "RIFF"u8, 1, 2, 3, 4, .. "AVI LIST"u8],
        "aiff" => [.. "FORM"u8, 0, 0, 1, 0, .. "AIFFCOMM"u8],
        "caf" => [.. "caff"u8, 0, 1, 0, 0],
        "au" => [.. ".snd"u8, 0, 0, 0, 0x18],
        "asf" => [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9],
        "w64" => [.. "riff"u8, 0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6],
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    public static TheoryData<string> Names =>
    [
        "mp3 (ID3)", "mp3", "mp3 (MPEG-2)", "mp2", "aac", "ogg (opus)", "ogg (speex)", "ogg (vorbis)", "ogg (flac)", "ogg", "flac",
        "amr (amr_nb)", "amr (amr_wb)", "amr", "mp4", "matroska", "avi", "aiff", "caf", "au", "asf", "w64",
    ];

    /// <summary>The name that messages give the stream.</summary>
    public static string Description(string name) => name.StartsWith("mp3", StringComparison.Ordinal) ? "mp3" : name;

    private static byte[] Frames(byte[] header, int length) => [.. Enumerable.Repeat((byte[])[.. header, .. new byte[length - header.Length]], 3).SelectMany(static f => f)];

    private static byte[] Ogg(byte[] packet) => [.. "OggS"u8, 0, 2, .. new byte[20], 1, (byte)packet.Length, .. packet];
}
