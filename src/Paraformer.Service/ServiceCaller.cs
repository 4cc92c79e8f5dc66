namespace Paraformer.Service;

/// <summary>On whose account a connection runs. A host puts it into the request's features once it has checked the key.</summary>
/// <param name="KeyId">
/// Identifies the permanent key that was used, or that made the temporary token that was used. It may stand in logs and
/// databases, so it must not be the key, nor anything that the key can be computed from.
/// </param>
public sealed record ServiceCaller(string KeyId)
{
    /// <summary>The account of keys that name none.</summary>
    public const string DefaultAccount = "default";

    /// <summary>Everybody on a server without keys.</summary>
    public static ServiceCaller Anonymous { get; } = new("anonymous");

    /// <summary>Whose hot words the caller may use: all keys of an account share them.</summary>
    public string Account { get; init; } = DefaultAccount;

    /// <summary>The part of the account, as named by <c>X-DashScope-WorkSpace</c>; empty for the default one.</summary>
    public string Workspace { get; init; } = "";

    /// <summary>The models that may be used; empty for all.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Whether the caller came with a temporary token.</summary>
    public bool IsTemporary { get; init; }
}
