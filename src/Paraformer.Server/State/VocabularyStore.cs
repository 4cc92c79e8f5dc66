using System.Data.Common;
using Paraformer.Service;

namespace Paraformer.Server.State;

/// <summary>A hot-word list of a v2 model.</summary>
internal sealed record Vocabulary(string Id, string TargetModel, IReadOnlyList<StoredWord> Words, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt);

/// <summary>The hot-word lists, each of one account and workspace. Thread-safe.</summary>
internal sealed class VocabularyStore(Database database, TimeProvider time)
{
    private const string Columns = "id, target_model, words, created_at, modified_at";
    private const string Owned = "account = @account AND workspace = @workspace";

    /// <summary>Makes a list and returns its id; null where the account has as many as it may.</summary>
    public Task<string?> CreateAsync(
        ServiceCaller owner, string prefix, string targetModel, IReadOnlyList<StoredWord> words, int maxPerAccount, CancellationToken cancellationToken) =>
        database.WriteAsync(
            "vocabularies/" + owner.Account,
            async (session, cancel) =>
            {
                if (await session.CountAsync("SELECT COUNT(*) FROM vocabularies WHERE account = @account", cancel, ("account", owner.Account)) >= maxPerAccount)
                {
                    return null;
                }

                string id = $"vocab-{prefix}-{Guid.NewGuid():N}";
                await session.ExecuteAsync(
                    """
                    INSERT INTO vocabularies (id, account, workspace, prefix, target_model, words, created_at, modified_at)
                    VALUES (@id, @account, @workspace, @prefix, @target_model, @words, @now, @now)
                    """,
                    cancel,
                    ("id", id),
                    ("account", owner.Account),
                    ("workspace", owner.Workspace),
                    ("prefix", prefix),
                    ("target_model", targetModel),
                    ("words", StateJson.Write(words)),
                    ("now", Now()));
                return id;
            },
            cancellationToken);

    /// <summary>A page of the lists, the newest first.</summary>
    public Task<List<Vocabulary>> ListAsync(ServiceCaller owner, string? prefix, long skip, int take, CancellationToken cancellationToken) =>
        database.ReadAsync(
            (session, cancel) => session.QueryAsync(
                $"""
                SELECT {Columns} FROM vocabularies WHERE {Owned} {(prefix is null ? "" : "AND prefix = @prefix")}
                ORDER BY created_at DESC, id LIMIT @take OFFSET @skip
                """,
                Read,
                cancel,
                ("account", owner.Account),
                ("workspace", owner.Workspace),
                ("prefix", prefix ?? ""),
                ("take", (long)take),
                ("skip", skip)),
            cancellationToken);

    public Task<Vocabulary?> FindAsync(ServiceCaller owner, string id, CancellationToken cancellationToken) => database.ReadAsync(
        async (session, cancel) =>
        {
            List<Vocabulary> rows = await session.QueryAsync($"SELECT {Columns} FROM vocabularies WHERE id = @id AND {Owned}", Read, cancel, OwnedId(owner, id));
            return rows.Count == 0 ? null : rows[0];
        },
        cancellationToken);

    /// <summary>Replaces all words. False where the owner has no such list.</summary>
    public async Task<bool> UpdateAsync(ServiceCaller owner, string id, IReadOnlyList<StoredWord> words, CancellationToken cancellationToken) => await database.WriteAsync(
        null,
        (session, cancel) => session.ExecuteAsync(
            $"UPDATE vocabularies SET words = @words, modified_at = @now WHERE id = @id AND {Owned}",
            cancel,
            [.. OwnedId(owner, id), ("words", StateJson.Write(words)), ("now", Now())]),
        cancellationToken) == 1;

    /// <summary>False where the owner has no such list.</summary>
    public async Task<bool> DeleteAsync(ServiceCaller owner, string id, CancellationToken cancellationToken) => await database.WriteAsync(
        null, (session, cancel) => session.ExecuteAsync($"DELETE FROM vocabularies WHERE id = @id AND {Owned}", cancel, OwnedId(owner, id)), cancellationToken) == 1;

    private static (string Name, object? Value)[] OwnedId(ServiceCaller owner, string id) => [("id", id), ("account", owner.Account), ("workspace", owner.Workspace)];

    private static Vocabulary Read(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), StateJson.ReadWords(row.GetString(2)), row.Moment(3), row.Moment(4));

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
