using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Paraformer.Service;

namespace Paraformer.Server.State;

/// <summary>A phrase list of a v1 model: in the protocol's words, the output of a job.</summary>
internal sealed record PhraseList(string Id, string JobId, string Model, IReadOnlyList<StoredWord> Words, DateTimeOffset CreatedAt);

/// <summary>The phrase lists, each of one account and workspace. Thread-safe.</summary>
internal sealed class PhraseStore(Database database, TimeProvider time)
{
    private const string Columns = "id, job_id, model, words, created_at";
    private const string Owned = "account = @account AND workspace = @workspace";

    /// <summary>Makes a list; null where the account has as many as it may.</summary>
    public Task<PhraseList?> CreateAsync(ServiceCaller owner, string model, IReadOnlyList<StoredWord> words, int maxPerAccount, CancellationToken cancellationToken) =>
        database.WriteAsync(
            "phrases/" + owner.Account,
            async (session, cancel) =>
            {
                if (await session.CountAsync("SELECT COUNT(*) FROM phrase_lists WHERE account = @account", cancel, ("account", owner.Account)) >= maxPerAccount)
                {
                    return null;
                }

                string job = NewJobId();
                var list = new PhraseList($"{model}-{job}", job, model, words, Moment());
                await session.ExecuteAsync(
                    """
                    INSERT INTO phrase_lists (id, account, workspace, job_id, model, words, created_at, modified_at)
                    VALUES (@id, @account, @workspace, @job_id, @model, @words, @now, @now)
                    """,
                    cancel,
                    [.. OwnedId(owner, list.Id), ("job_id", job), ("model", model), ("words", StateJson.Write(words)), ("now", list.CreatedAt.ToUnixTimeMilliseconds())]);
                return list;
            },
            cancellationToken);

    /// <summary>Replaces all words by a job of its own; null where the owner has no such list.</summary>
    public Task<PhraseList?> UpdateAsync(ServiceCaller owner, string id, IReadOnlyList<StoredWord> words, CancellationToken cancellationToken) =>
        database.WriteAsync(
            null,
            async (session, cancel) =>
            {
                await session.ExecuteAsync(
                    $"UPDATE phrase_lists SET words = @words, job_id = @job_id, modified_at = @now WHERE id = @id AND {Owned}",
                    cancel,
                    [.. OwnedId(owner, id), ("words", StateJson.Write(words)), ("job_id", NewJobId()), ("now", Moment().ToUnixTimeMilliseconds())]);
                return await FindAsync(session, owner, id, cancel);
            },
            cancellationToken);

    public Task<PhraseList?> FindAsync(ServiceCaller owner, string id, CancellationToken cancellationToken) =>
        database.ReadAsync((session, cancel) => FindAsync(session, owner, id, cancel), cancellationToken);

    /// <summary>A page of the lists, the newest first, and how many there are in all.</summary>
    public Task<(List<PhraseList> Page, long Total)> ListAsync(ServiceCaller owner, long skip, int take, CancellationToken cancellationToken) => database.ReadAsync(
        async (session, cancel) =>
        {
            (string, object?)[] parameters = [("account", owner.Account), ("workspace", owner.Workspace)];
            long total = await session.CountAsync($"SELECT COUNT(*) FROM phrase_lists WHERE {Owned}", cancel, parameters);
            List<PhraseList> page = await session.QueryAsync(
                $"SELECT {Columns} FROM phrase_lists WHERE {Owned} ORDER BY created_at DESC, id LIMIT @take OFFSET @skip",
                Read,
                cancel,
                [.. parameters, ("take", (long)take), ("skip", skip)]);
            return (page, total);
        },
        cancellationToken);

    /// <summary>False where the owner has no such list.</summary>
    public async Task<bool> DeleteAsync(ServiceCaller owner, string id, CancellationToken cancellationToken) => await database.WriteAsync(
        null, (session, cancel) => session.ExecuteAsync($"DELETE FROM phrase_lists WHERE id = @id AND {Owned}", cancel, OwnedId(owner, id)), cancellationToken) == 1;

    private static async Task<PhraseList?> FindAsync(DatabaseSession session, ServiceCaller owner, string id, CancellationToken cancellationToken)
    {
        List<PhraseList> rows = await session.QueryAsync($"SELECT {Columns} FROM phrase_lists WHERE id = @id AND {Owned}", Read, cancellationToken, OwnedId(owner, id));
        return rows.Count == 0 ? null : rows[0];
    }

    private static (string Name, object? Value)[] OwnedId(ServiceCaller owner, string id) => [("id", id), ("account", owner.Account), ("workspace", owner.Workspace)];

    private static PhraseList Read(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetString(2), StateJson.ReadWords(row.GetString(3)), row.Moment(4));

    private string NewJobId() =>
        string.Create(CultureInfo.InvariantCulture, $"ft-{time.GetUtcNow():yyyyMMddHHmm}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");

    private DateTimeOffset Moment() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}
