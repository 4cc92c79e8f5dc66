using System.Data.Common;

namespace Paraformer.Server.State;

/// <summary>The API keys. Their secrets are not kept, only what they are checked against. Thread-safe.</summary>
public sealed class KeyStore
{
    private const string Columns = "id, name, account, workspaces, max_sessions, max_submissions, created_at, revoked_at, hash";

    private readonly Database _database;
    private readonly TimeProvider _time;

    internal KeyStore(Database database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>Makes a key and returns it: the only time that it can be seen.</summary>
    /// <param name="request">What it is to be.</param>
    /// <param name="cancellationToken">Gives up; no key is made then.</param>
    /// <exception cref="ArgumentException">The name is empty, a name holds other than letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, or a limit is not positive.</exception>
    /// <exception cref="DbException">The database cannot be used.</exception>
    public async Task<(string Key, ApiKeyInfo Info)> CreateAsync(ApiKeyRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Name, nameof(request));
        RequireName(request.Account, "account");
        foreach (string workspace in request.Workspaces)
        {
            RequireName(workspace, "workspace");
        }

        if (request.MaxSessions <= 0 || request.MaxSubmissionsPerSecond <= 0)
        {
            throw new ArgumentException("The limits of a key must be positive.", nameof(request));
        }

        (string key, string id) = Secret.Create(Secret.KeyPrefix);
        var createdAt = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        await _database.WriteAsync(
            null,
            (session, token) => session.ExecuteAsync(
                """
                INSERT INTO api_keys (id, name, account, workspaces, hash, max_sessions, max_submissions, created_at)
                VALUES (@id, @name, @account, @workspaces, @hash, @max_sessions, @max_submissions, @created_at)
                """,
                token,
                ("id", id),
                ("name", request.Name.Trim()),
                ("account", request.Account),
                ("workspaces", StateJson.Write(request.Workspaces)),
                ("hash", Secret.Hash(key)),
                ("max_sessions", (long?)request.MaxSessions),
                ("max_submissions", (long?)request.MaxSubmissionsPerSecond),
                ("created_at", createdAt.ToUnixTimeMilliseconds())),
            cancellationToken);
        return (key, new ApiKeyInfo(
            id, request.Name.Trim(), request.Account, request.Workspaces, request.MaxSessions, request.MaxSubmissionsPerSecond, createdAt, null));
    }

    /// <summary>All keys, the oldest first, revoked ones included.</summary>
    /// <exception cref="DbException">The database cannot be used.</exception>
    public Task<List<ApiKeyInfo>> ListAsync(CancellationToken cancellationToken = default) => _database.ReadAsync(
        (session, token) => session.QueryAsync($"SELECT {Columns} FROM api_keys ORDER BY created_at, id", ReadInfo, token), cancellationToken);

    /// <summary>Revokes a key; servers refuse it within a second. False where no good key has this id.</summary>
    /// <param name="id">See <see cref="ApiKeyInfo.Id"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DbException">The database cannot be used.</exception>
    public async Task<bool> RevokeAsync(string id, CancellationToken cancellationToken = default) => await _database.WriteAsync(
        null,
        (session, token) => session.ExecuteAsync(
            "UPDATE api_keys SET revoked_at = @now WHERE id = @id AND revoked_at IS NULL", token, ("id", id), ("now", _time.GetUtcNow().ToUnixTimeMilliseconds())),
        cancellationToken) == 1;

    /// <summary>Whether a key was ever made, be it revoked since.</summary>
    internal Task<bool> AnyAsync(CancellationToken cancellationToken) => _database.ReadAsync(
        async (session, token) => await session.CountAsync("SELECT COUNT(*) FROM (SELECT id FROM api_keys LIMIT 1) AS first_key", token) > 0, cancellationToken);

    /// <summary>The key of an id, revoked or not, with what its secret is checked against.</summary>
    internal Task<(ApiKeyInfo Info, string Hash)?> FindAsync(string id, CancellationToken cancellationToken) => _database.ReadAsync(
        async (session, token) =>
        {
            List<(ApiKeyInfo, string)> rows = await session.QueryAsync(
                $"SELECT {Columns} FROM api_keys WHERE id = @id", static row => (ReadInfo(row), row.GetString(8)), token, ("id", id));
            return rows.Count == 0 ? ((ApiKeyInfo, string)?)null : rows[0];
        },
        cancellationToken);

    /// <summary>Whether a name of an account or workspace may stand in a header and a database.</summary>
    internal static bool IsName(string name) =>
        name.Length is >= 1 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static void RequireName(string name, string what)
    {
        if (!IsName(name))
        {
            throw new ArgumentException($"'{name}' is no name of a {what}: 1 to 64 letters, digits, '.', '_' and '-' are allowed.", nameof(name));
        }
    }

    private static ApiKeyInfo ReadInfo(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), StateJson.ReadTexts(row.GetString(3)), row.CountOrNull(4), row.CountOrNull(5), row.Moment(6), row.MomentOrNull(7));
}
