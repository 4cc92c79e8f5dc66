namespace Paraformer.Client;

/// <summary>
/// What a session does when its connection is lost in mid-task: reconnect, start a new task, send again what no final sentence
/// covers, and go on with times and sentence numbers as if nothing had happened. Failures that the service announces
/// (<c>task-failed</c>) are never retried, and neither is the first connection of a session.
/// </summary>
public sealed record ReconnectPolicy
{
    /// <summary>Five attempts in a row, 30 s of audio kept, losses reported and survived. The default.</summary>
    public static ReconnectPolicy Default { get; } = new();

    /// <summary>A lost connection ends the session with <see cref="RecognitionConnectionException"/>; no audio is kept.</summary>
    public static ReconnectPolicy Off { get; } = new() { MaxAttempts = 0 };

    /// <summary>How many connections in a row may be tried, or lost again, before a new final sentence arrives; 5 by default, 0 turns reconnecting off.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>
    /// The longest wait before the first attempt; it doubles for each further one up to <see cref="MaxDelay"/>. The wait itself is drawn
    /// evenly from zero to that ("full jitter"), so that many clients do not come back at once. 250 ms by default.
    /// </summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait before any attempt; 10 s by default.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How much audio is kept for sending again; 30 s by default, at most 10 minutes. Only what no final sentence covers is kept. For
    /// compressed formats it is the number of bytes that this much 16-bit PCM would have. A stream that can seek, given to
    /// <see cref="RecognitionClient.RecognizeAsync"/>, is read again instead, without a limit.
    /// </summary>
    public TimeSpan BufferLength { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether audio that can no longer be sent again ends the session with <see cref="AudioLostException"/>. False, the default, goes on with
    /// what is left and reports the gap in <see cref="RecognitionSession.LostAudio"/> and <see cref="RecognitionResult.LostAudio"/>.
    /// </summary>
    public bool FailOnAudioLoss { get; init; }

    internal bool IsOff => MaxAttempts == 0;

    /// <summary>The wait before an attempt, counted from 1.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="jitter">From 0 to 1: the share of the longest wait.</param>
    internal TimeSpan Delay(int attempt, double jitter)
    {
        // 2^40 of the smallest delay is past any MaxDelay; more would overflow.
        double longest = BaseDelay.Ticks * Math.Pow(2, Math.Min(attempt - 1, 40));
        return TimeSpan.FromTicks((long)(Math.Min(longest, MaxDelay.Ticks) * jitter));
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxAttempts);
        ThrowIfOutside(BaseDelay, TimeSpan.Zero, nameof(BaseDelay));
        ThrowIfOutside(MaxDelay, TimeSpan.Zero, nameof(MaxDelay));
        ThrowIfOutside(BufferLength, TimeSpan.Zero, nameof(BufferLength));
    }

    private static void ThrowIfOutside(TimeSpan value, TimeSpan least, string name)
    {
        if (value < least || value > TimeSpan.FromMinutes(10))
        {
            throw new ArgumentOutOfRangeException(name, value, "The value is from zero to 10 minutes.");
        }
    }
}
