namespace Paraformer.Server.State;

/// <summary>What a new API key is to be.</summary>
public sealed record ApiKeyRequest
{
    /// <summary>What people call it; not empty.</summary>
    public required string Name { get; init; }

    /// <summary>Whose hot words it may use: keys of one account share them. Default <c>default</c>.</summary>
    public string Account { get; init; } = Service.ServiceCaller.DefaultAccount;

    /// <summary>The workspaces in which it may be used, the first being the one of requests that name none; empty, the default, for any.</summary>
    public IReadOnlyList<string> Workspaces { get; init; } = [];

    /// <summary>Tasks that it may have at the same time; null, the default, for the server's own limit.</summary>
    public int? MaxSessions { get; init; }

    /// <summary>Tasks that it may submit per second; null, the default, for the server's own limit.</summary>
    public int? MaxSubmissionsPerSecond { get; init; }
}

/// <summary>An API key as the state knows it: without its secret.</summary>
/// <param name="Id">Its first twelve digits, which are no secret.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Account">Whose hot words it may use.</param>
/// <param name="Workspaces">Where it may be used; empty for anywhere.</param>
/// <param name="MaxSessions">Tasks that it may have at the same time; null for the server's own limit.</param>
/// <param name="MaxSubmissionsPerSecond">Tasks that it may submit per second; null for the server's own limit.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="RevokedAt">When it was revoked; null while it is good.</param>
public sealed record ApiKeyInfo(
    string Id,
    string Name,
    string Account,
    IReadOnlyList<string> Workspaces,
    int? MaxSessions,
    int? MaxSubmissionsPerSecond,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt);

/// <summary>What a key has used on a day, UTC.</summary>
/// <param name="KeyId">The key.</param>
/// <param name="Day">The day.</param>
/// <param name="Model">The model that was used.</param>
/// <param name="Tasks">Tasks that ended that day.</param>
/// <param name="Seconds">Their audio, each task rounded up to whole seconds.</param>
public sealed record KeyUsage(string KeyId, DateOnly Day, string Model, long Tasks, long Seconds);
