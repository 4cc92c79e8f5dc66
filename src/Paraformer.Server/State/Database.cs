using System.Data.Common;

namespace Paraformer.Server.State;

/// <summary>
/// Where the state is kept. All statements are plain SQL that both kinds of database read; what they do not agree on is here.
/// Opens, and brings the schema up to date, when it is first used. Thread-safe.
/// </summary>
internal abstract class Database : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private bool _isOpen;

    /// <summary>An expression for the present by the database's own clock, in milliseconds since 1970.</summary>
    public abstract string Now { get; }

    /// <summary>Brings the schema up to date, once.</summary>
    /// <exception cref="StateException">A newer program wrote this database.</exception>
    /// <exception cref="DbException">The database cannot be reached.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _isOpen))
        {
            return;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (!_isOpen)
            {
                await PrepareAsync(cancellationToken);
                await TransactAsync("schema", Migrations.ApplyAsync, cancellationToken);
                Volatile.Write(ref _isOpen, true);
            }
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Runs work that only reads.</summary>
    public async Task<T> ReadAsync<T>(Func<DatabaseSession, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        try
        {
            return await QueryAsync(work, cancellationToken);
        }
        catch (DbException e) when (e.IsTransient)
        {
            // The pool may hold connections that the other side has cut since.
            return await QueryAsync(work, cancellationToken);
        }
    }

    /// <summary>Runs work in a transaction, alone among all that use the same lock name.</summary>
    public async Task<T> WriteAsync<T>(string? lockName, Func<DatabaseSession, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        return await TransactAsync(lockName, work, cancellationToken);
    }

    public virtual ValueTask DisposeAsync()
    {
        _opening.Dispose();
        return ValueTask.CompletedTask;
    }

    protected abstract ValueTask<DbConnection> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Prepares the database itself, before its schema.</summary>
    protected virtual Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits until nobody else holds the lock; it is let go with the transaction.</summary>
    protected virtual Task LockAsync(DatabaseSession session, string name, CancellationToken cancellationToken) => Task.CompletedTask;

    protected virtual async Task<T> QueryAsync<T>(Func<DatabaseSession, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await ConnectAsync(cancellationToken);
        return await work(new DatabaseSession(connection, null), cancellationToken);
    }

    protected virtual async Task<T> TransactAsync<T>(string? lockName, Func<DatabaseSession, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using DbConnection connection = await ConnectAsync(cancellationToken);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        var session = new DatabaseSession(connection, transaction);
        if (lockName is not null)
        {
            await LockAsync(session, lockName, cancellationToken);
        }

        T result = await work(session, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }
}
