namespace Paraformer.Server;

/// <summary>Who may read <c>/metrics</c>.</summary>
public enum MetricsAccess
{
    /// <summary>Nobody: nothing is served there.</summary>
    Off,

    /// <summary>Programs on this machine.</summary>
    Loopback,

    /// <summary>Whoever reaches the server: for scrapers in a network of one's own.</summary>
    Everyone,
}
