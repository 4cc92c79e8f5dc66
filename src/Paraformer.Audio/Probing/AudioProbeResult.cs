namespace Paraformer.Audio;

/// <summary>What an audio file holds, as far as its first bytes and its length tell.</summary>
public sealed record AudioProbeResult
{
    /// <summary>Short name of the container: <c>wav</c>, <c>mp3</c>, <c>ogg</c>, <c>flac</c>, <c>amr</c>, <c>aac</c>, <c>mp4</c>, <c>matroska</c>, …</summary>
    public required string Container { get; init; }

    /// <summary>Short name of the encoding: <c>pcm_s16le</c>, <c>opus</c>, …; null when it was not found out.</summary>
    public string? Encoding { get; init; }

    /// <summary>The format that a task states for such a stream; null when none of the seven fits.</summary>
    public AudioCodec? Codec { get; init; }

    /// <summary>Samples per second; null when it was not found out.</summary>
    public int? SampleRate { get; init; }

    /// <summary>Channel count; null when it was not found out.</summary>
    public int? Channels { get; init; }

    /// <summary>Bits of one sample of one channel that count; null when the encoding has none or it was not found out.</summary>
    public int? BitsPerSample { get; init; }

    /// <summary>
    /// The length of the audio that is there: from the real byte count of a seekable stream, from the header otherwise;
    /// null when neither tells.
    /// </summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Whether the stream holds less audio than its header states; null when its length or the statement is missing.</summary>
    public bool? IsTruncated { get; init; }

    /// <summary>Whether this build can decode the stream.</summary>
    public required bool CanDecode { get; init; }

    /// <summary>Why it cannot, in one sentence; null when it can.</summary>
    public string? Problem { get; init; }
}
