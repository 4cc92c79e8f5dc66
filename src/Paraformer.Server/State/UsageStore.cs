using System.Globalization;

namespace Paraformer.Server.State;

/// <summary>What each key has used, by day and model. Thread-safe.</summary>
public sealed class UsageStore
{
    private const string DayFormat = "yyyy-MM-dd";

    private readonly Database _database;
    private readonly TimeProvider _time;

    internal UsageStore(Database database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>What was used, the latest day first.</summary>
    /// <param name="keyId">Of this key alone; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="System.Data.Common.DbException">The database cannot be used.</exception>
    public Task<List<KeyUsage>> ListAsync(string? keyId = null, CancellationToken cancellationToken = default) => _database.ReadAsync(
        (session, token) => session.QueryAsync(
            $"SELECT key_id, day, model, tasks, seconds FROM usage_by_day {(keyId is null ? "" : "WHERE key_id = @key_id")} ORDER BY day DESC, key_id, model",
            static row => new KeyUsage(
                row.GetString(0), DateOnly.ParseExact(row.GetString(1), DayFormat, CultureInfo.InvariantCulture), row.GetString(2), row.GetInt64(3), row.GetInt64(4)),
            token,
            ("key_id", keyId ?? "")),
        cancellationToken);

    /// <summary>Adds a task that has just ended.</summary>
    internal Task AddAsync(string keyId, string model, long seconds, CancellationToken cancellationToken) => _database.WriteAsync(
        null,
        (session, token) => session.ExecuteAsync(
            """
            INSERT INTO usage_by_day (key_id, day, model, tasks, seconds) VALUES (@key_id, @day, @model, 1, @seconds)
            ON CONFLICT (key_id, day, model) DO UPDATE SET tasks = usage_by_day.tasks + 1, seconds = usage_by_day.seconds + @seconds
            """,
            token,
            ("key_id", keyId),
            ("day", _time.GetUtcNow().ToString(DayFormat, CultureInfo.InvariantCulture)),
            ("model", model),
            ("seconds", seconds)),
        cancellationToken);
}
