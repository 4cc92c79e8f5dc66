using System.Data.Common;

namespace Paraformer.Server.State;

/// <summary>
/// What outlives a server: keys, tokens, hot words, phrases, usage. Kept in a SQLite file, which the servers of one machine may
/// share, or in PostgreSQL, which any number of servers share at once. Thread-safe.
/// </summary>
public sealed class ServerState : IAsyncDisposable
{
    private ServerState(Database database, TimeProvider time)
    {
        Database = database;
        Keys = new KeyStore(database, time);
        Usage = new UsageStore(database, time);
        Tokens = new TokenStore(database, time);
        Vocabularies = new VocabularyStore(database, time);
        Phrases = new PhraseStore(database, time);
    }

    /// <summary>The API keys.</summary>
    public KeyStore Keys { get; }

    /// <summary>What each key has used.</summary>
    public UsageStore Usage { get; }

    internal TokenStore Tokens { get; }

    internal VocabularyStore Vocabularies { get; }

    internal PhraseStore Phrases { get; }

    internal Database Database { get; }

    /// <summary>Opens a state, makes it where it is missing, and brings it up to date.</summary>
    /// <param name="location">
    /// The path of a SQLite file; or a PostgreSQL connection string, as in <c>Host=db;Database=paraformer;Username=paraformer</c>, or
    /// address, as in <c>postgres://user:password@host/database</c>.
    /// </param>
    /// <param name="time">The clock; the system's by default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StateException">It cannot be opened; the message says why.</exception>
    public static async Task<ServerState> OpenAsync(string location, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(location);
        Database database = StateLocation.Parse(location);
        try
        {
            await database.OpenAsync(cancellationToken);
            return new ServerState(database, time ?? TimeProvider.System);
        }
        catch (Exception e)
        {
            await database.DisposeAsync();
            if (e is DbException or IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
            {
                throw new StateException(
                    database is SqliteDatabase ? $"The state cannot be opened in {location}: {e.Message}" : $"The PostgreSQL database cannot be used: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>A state that is lost when it is disposed of.</summary>
    /// <param name="time">The clock; the system's by default.</param>
    public static ServerState InMemory(TimeProvider? time = null) => new(SqliteDatabase.InMemory(), time ?? TimeProvider.System);

    /// <summary>Where the state is kept unless told otherwise: <c>$XDG_DATA_HOME/paraformer/paraformer.db</c>.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    public static string DefaultLocation(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return StateLocation.DefaultFile(variable);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
