using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Paraformer.Server.State;

/// <summary>A file of this machine, or memory. Several processes may share a file.</summary>
internal sealed class SqliteDatabase : Database
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly string _connectionString;
    private readonly string? _file;

    // Memory lasts as long as a connection to it; this one is used for nothing else.
    private SqliteConnection? _keeper;

    private SqliteDatabase(string connectionString, string? file)
    {
        _connectionString = connectionString;
        _file = file;
    }

    public override string Now => "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)";

    public static SqliteDatabase InFile(string path) =>
        new(new SqliteConnectionStringBuilder { DataSource = path }.ToString(), path);

    public static SqliteDatabase InMemory() => new(
        new SqliteConnectionStringBuilder { DataSource = $"paraformer-{Guid.NewGuid():N}", Mode = SqliteOpenMode.Memory, Cache = SqliteCacheMode.Shared }.ToString(), null);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_keeper is not null)
        {
            await _keeper.DisposeAsync();
        }

        using var pool = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(pool);
        _writing.Dispose();
    }

    protected override async ValueTask<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await new DatabaseSession(connection, null).ExecuteAsync(
                "PRAGMA busy_timeout = 10000; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;", cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (_file is null)
        {
            _keeper = (SqliteConnection)await ConnectAsync(cancellationToken);
            return;
        }

        if (Path.GetDirectoryName(Path.GetFullPath(_file)) is { Length: > 0 } folder && !Directory.Exists(folder))
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, OwnerOnly);
            }
        }

        // Readers and a writer do not wait for each other, and a process that is killed leaves a sound file.
        await using (DbConnection connection = await ConnectAsync(cancellationToken))
        {
            await new DatabaseSession(connection, null).ExecuteAsync("PRAGMA journal_mode = WAL;", cancellationToken);
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_file, OwnerOnly & ~UnixFileMode.UserExecute);
        }
    }

    protected override async Task<T> QueryAsync<T>(Func<DatabaseSession, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        if (_file is not null)
        {
            return await base.QueryAsync(work, cancellationToken);
        }

        // In shared memory readers and writers shut each other out.
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return await base.QueryAsync(work, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    // A transaction holds the one write lock from its begin, so no name is needed. Threads of this process queue here: SQLite's own waiting blocks.
    protected override async Task<T> TransactAsync<T>(string? lockName, Func<DatabaseSession, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return await base.TransactAsync(lockName, work, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }
}
