namespace Paraformer.Protocol;

/// <summary>Limits of an in-process pair, for each direction.</summary>
public sealed record InProcessConnectionOptions
{
    /// <summary>
    /// How many bytes may wait for the receiver, at least 1; a single larger frame passes when nothing else waits. Default 1 MiB.
    /// </summary>
    public int MaxQueuedBytes { get; init; } = 1024 * 1024;

    /// <summary>How many frames may wait for the receiver; at least 1. Default 256.</summary>
    public int MaxQueuedFrames { get; init; } = 256;

    /// <summary>The longest text message that is accepted, in bytes; at least 1. Default 4 MiB.</summary>
    public int MaxTextMessageBytes { get; init; } = 4 * 1024 * 1024;
}
