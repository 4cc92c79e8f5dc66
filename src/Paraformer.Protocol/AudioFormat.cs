namespace Paraformer.Protocol;

/// <summary>The name of an audio format as it goes on the wire (<c>format</c>). An extensible value.</summary>
/// <param name="Value">The name, lower case.</param>
public readonly record struct AudioFormat(string Value)
{
    /// <summary>16-bit signed little-endian samples, mono, no header.</summary>
    public static AudioFormat Pcm { get; } = new("pcm");

    /// <summary>RIFF/WAVE, PCM coded.</summary>
    public static AudioFormat Wav { get; } = new("wav");

    /// <summary>MPEG-1/2 layer III.</summary>
    public static AudioFormat Mp3 { get; } = new("mp3");

    /// <summary>Opus in Ogg.</summary>
    public static AudioFormat Opus { get; } = new("opus");

    /// <summary>Speex in Ogg.</summary>
    public static AudioFormat Speex { get; } = new("speex");

    /// <summary>AAC in ADTS.</summary>
    public static AudioFormat Aac { get; } = new("aac");

    /// <summary>AMR-NB with its file header.</summary>
    public static AudioFormat Amr { get; } = new("amr");

    /// <summary>The seven formats of the service.</summary>
    public static IReadOnlyList<AudioFormat> All { get; } = [Pcm, Wav, Mp3, Opus, Speex, Aac, Amr];

    /// <summary>Wraps a format name.</summary>
    public static implicit operator AudioFormat(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
