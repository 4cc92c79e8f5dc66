namespace Paraformer.Client;

/// <summary>How fast <see cref="RecognitionClient.RecognizeAsync"/> sends its audio.</summary>
public sealed record Pacing
{
    private Pacing(int? bytesPerSecond, bool realTime) => (BytesPerSecond, IsRealTime) = (bytesPerSecond, realTime);

    /// <summary>As fast as the service takes it. The default.</summary>
    public static Pacing Unpaced { get; } = new(null, false);

    /// <summary>
    /// As fast as it would be spoken. For <c>pcm</c> and <c>wav</c> only; for the others use <see cref="AtBytesPerSecond"/>
    /// with the size divided by the duration.
    /// </summary>
    public static Pacing RealTime { get; } = new(null, true);

    /// <summary>A fixed rate of encoded audio, for example 16,000 for an MP3 file of 128 kbit/s.</summary>
    /// <param name="bytesPerSecond">Encoded bytes for each second of audio, at least 1.</param>
    public static Pacing AtBytesPerSecond(int bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesPerSecond);
        return new(bytesPerSecond, false);
    }

    internal int? BytesPerSecond { get; }

    internal bool IsRealTime { get; }
}
