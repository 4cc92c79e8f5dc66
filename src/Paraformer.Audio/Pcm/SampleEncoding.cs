namespace Paraformer.Audio.Pcm;

/// <summary>How one sample of one channel is stored.</summary>
internal enum SampleEncoding
{
    U8,
    S16Le,
    S24Le,
    S32Le,
    F32Le,
    F64Le,
    ALaw,
    MuLaw,
    S16Be,
    S24Be,
    S32Be,
    F32Be,
    F64Be,
}

internal static class SampleEncodingExtensions
{
    /// <summary>Bytes that one sample of one channel takes, 1 to 8.</summary>
    public static int ByteCount(this SampleEncoding encoding) => encoding switch
    {
        SampleEncoding.U8 or SampleEncoding.ALaw or SampleEncoding.MuLaw => 1,
        SampleEncoding.S16Le or SampleEncoding.S16Be => 2,
        SampleEncoding.S24Le or SampleEncoding.S24Be => 3,
        SampleEncoding.S32Le or SampleEncoding.S32Be or SampleEncoding.F32Le or SampleEncoding.F32Be => 4,
        SampleEncoding.F64Le or SampleEncoding.F64Be => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, null),
    };

    /// <summary>The name for people, as media tools write it.</summary>
    public static string ShortName(this SampleEncoding encoding) => encoding switch
    {
        SampleEncoding.U8 => "pcm_u8",
        SampleEncoding.S16Le => "pcm_s16le",
        SampleEncoding.S24Le => "pcm_s24le",
        SampleEncoding.S32Le => "pcm_s32le",
        SampleEncoding.F32Le => "pcm_f32le",
        SampleEncoding.F64Le => "pcm_f64le",
        SampleEncoding.ALaw => "pcm_alaw",
        SampleEncoding.MuLaw => "pcm_mulaw",
        SampleEncoding.S16Be => "pcm_s16be",
        SampleEncoding.S24Be => "pcm_s24be",
        SampleEncoding.S32Be => "pcm_s32be",
        SampleEncoding.F32Be => "pcm_f32be",
        SampleEncoding.F64Be => "pcm_f64be",
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, null),
    };
}
