namespace Paraformer.Service;

/// <summary>On whose account a connection runs. A host puts it into the request's features once it has checked the key.</summary>
/// <param name="KeyId">
/// Identifies the permanent key that was used, or that made the temporary token that was used. It may stand in logs and
/// databases, so it must not be the key, nor anything that the key can be computed from.
/// </param>
public sealed record ServiceCaller(string KeyId)
{
    /// <summary>Everybody on a server without keys.</summary>
    public static ServiceCaller Anonymous { get; } = new("anonymous");
}
