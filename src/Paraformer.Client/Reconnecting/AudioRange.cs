namespace Paraformer.Client;

/// <summary>A stretch of a session's audio.</summary>
/// <param name="BeginTime">Start, in milliseconds from the session's first sample.</param>
/// <param name="EndTime">End, in milliseconds; null where it is not known, because a compressed format does not tell times from bytes.</param>
public readonly record struct AudioRange(long BeginTime, long? EndTime);
