namespace Paraformer.Server.State;

/// <summary>A temporary token as the state knows it.</summary>
internal sealed record TokenInfo(
    string Id,
    string Hash,
    string KeyId,
    string Account,
    IReadOnlyList<string> Workspaces,
    IReadOnlyList<string> Models,
    bool IsSingleUse,
    DateTimeOffset ExpiresAt,
    bool IsUsed,
    bool IsRevoked);

/// <summary>The temporary tokens. Thread-safe.</summary>
internal sealed class TokenStore(Database database, TimeProvider time)
{
    private const string Columns = "id, hash, key_id, account, workspaces, models, single_use, expires_at, used_at, revoked_at";
    private const long KeepMs = 60 * 60 * 1000;

    /// <summary>Adds a token and forgets those that expired long ago.</summary>
    public Task AddAsync(TokenInfo token, CancellationToken cancellationToken) => database.WriteAsync(
        null,
        async (session, cancel) =>
        {
            await session.ExecuteAsync("DELETE FROM tokens WHERE expires_at < @past", cancel, ("past", Now() - KeepMs));
            return await session.ExecuteAsync(
                """
                INSERT INTO tokens (id, hash, key_id, account, workspaces, models, single_use, expires_at)
                VALUES (@id, @hash, @key_id, @account, @workspaces, @models, @single_use, @expires_at)
                """,
                cancel,
                ("id", token.Id),
                ("hash", token.Hash),
                ("key_id", token.KeyId),
                ("account", token.Account),
                ("workspaces", StateJson.Write(token.Workspaces)),
                ("models", StateJson.Write(token.Models)),
                ("single_use", token.IsSingleUse ? 1L : 0L),
                ("expires_at", token.ExpiresAt.ToUnixTimeMilliseconds()));
        },
        cancellationToken);

    public Task<TokenInfo?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(
        async (session, cancel) =>
        {
            List<TokenInfo> rows = await session.QueryAsync(
                $"SELECT {Columns} FROM tokens WHERE id = @id",
                static row => new TokenInfo(
                    row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), StateJson.ReadTexts(row.GetString(4)), StateJson.ReadTexts(row.GetString(5)),
                    row.GetInt64(6) != 0, row.Moment(7), !row.IsDBNull(8), !row.IsDBNull(9)),
                cancel,
                ("id", id));
            return rows.Count == 0 ? null : rows[0];
        },
        cancellationToken);

    /// <summary>Uses a token that may be used once. True for one caller only, over all servers.</summary>
    public async Task<bool> TryUseAsync(string id, CancellationToken cancellationToken) => await database.WriteAsync(
        null,
        (session, cancel) => session.ExecuteAsync(
            "UPDATE tokens SET used_at = @now WHERE id = @id AND used_at IS NULL AND revoked_at IS NULL", cancel, ("id", id), ("now", Now())),
        cancellationToken) == 1;

    /// <summary>Revokes a token of an account. False where there is no good one of this id.</summary>
    public async Task<bool> RevokeAsync(string id, string account, CancellationToken cancellationToken) => await database.WriteAsync(
        null,
        (session, cancel) => session.ExecuteAsync(
            "UPDATE tokens SET revoked_at = @now WHERE id = @id AND account = @account AND revoked_at IS NULL AND expires_at > @now",
            cancel,
            ("id", id),
            ("account", account),
            ("now", Now())),
        cancellationToken) == 1;

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
