namespace Paraformer.Testing;

/// <summary>How a <see cref="FaultProxy"/> ends a connection.</summary>
public enum Cut
{
    /// <summary>Both sides are closed in the middle of whatever was under way ("limit_data"); the bytes before the cut have been passed on.</summary>
    Close,

    /// <summary>A reset of both sides ("reset_peer").</summary>
    Reset,

    /// <summary>Nothing passes any more in either direction and nobody is told: a half-open connection ("timeout").</summary>
    Stall,
}

/// <summary>What a <see cref="FaultProxy"/> does to one direction of a connection. The default does nothing.</summary>
public sealed record LinkFaults
{
    /// <summary>How long every byte is under way.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How much longer it may be, at random; the order is kept.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The most bytes in a second; null for no limit.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>The largest piece that is passed on at once, its size drawn from 1 to this; null passes on what came.</summary>
    public int? SliceBytes { get; init; }

    /// <summary>The pause between two slices.</summary>
    public TimeSpan SliceDelay { get; init; }

    /// <summary>How much later an end is passed on than it came.</summary>
    public TimeSpan SlowClose { get; init; }

    /// <summary>After how many bytes in this direction the connection is cut; null for never.</summary>
    public long? CutAfterBytes { get; init; }

    /// <summary>How it is cut.</summary>
    public Cut Cut { get; init; }

    /// <summary>How long a <see cref="Testing.Cut.Stall"/> lasts before both sides are closed; null for as long as the proxy lives.</summary>
    public TimeSpan? StallTimeout { get; init; }
}

/// <summary>What a <see cref="FaultProxy"/> does to a connection.</summary>
public sealed record ConnectionFaults
{
    /// <summary>A connection that works.</summary>
    public static ConnectionFaults None { get; } = new();

    /// <summary>From the client to the server.</summary>
    public LinkFaults Upstream { get; init; } = new();

    /// <summary>From the server to the client.</summary>
    public LinkFaults Downstream { get; init; } = new();
}
