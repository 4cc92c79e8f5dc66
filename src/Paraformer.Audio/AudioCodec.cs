namespace Paraformer.Audio;

/// <summary>The seven audio formats that a task may name.</summary>
public enum AudioCodec
{
    /// <summary>16-bit signed little-endian samples, mono, no header.</summary>
    Pcm,

    /// <summary>RIFF/WAVE, PCM coded.</summary>
    Wav,

    /// <summary>MPEG-1/2 layer III.</summary>
    Mp3,

    /// <summary>Opus in Ogg.</summary>
    Opus,

    /// <summary>Speex in Ogg.</summary>
    Speex,

    /// <summary>AAC in ADTS.</summary>
    Aac,

    /// <summary>AMR-NB with its file header.</summary>
    Amr,
}
