using Paraformer.Protocol;

namespace Paraformer.Service.Connections;

/// <summary>
/// The way to the peer: one sending at a time, each with its moment. A peer that is gone or does not take what is sent ends
/// <see cref="Lifetime"/> instead of throwing.
/// </summary>
internal sealed class PeerLink : IDisposable
{
    private readonly IMessageConnection _connection;
    private readonly ServiceContext _context;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _lifetime = new();
    private readonly CancellationTokenRegistration _stop;
    private long _closeSentAt = Clock.Never;
    private long _sendingSince = Clock.Never;
    private long _sentAt;

    public PeerLink(IMessageConnection connection, ServiceContext context, CancellationToken cancellationToken)
    {
        _connection = connection;
        _context = context;
        _sentAt = context.Clock.Now;
        Lifetime = _lifetime.Token;
        _stop = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _lifetime);
    }

    /// <summary>Ends when the connection is lost or dropped.</summary>
    public CancellationToken Lifetime { get; }

    /// <summary>Whether the peer has had its time to answer the close.</summary>
    public bool CloseExpired => _context.Clock.HasPassed(Volatile.Read(ref _closeSentAt), _context.Options.CloseTimeout);

    /// <summary>Whether the peer has not taken what is being sent for too long.</summary>
    public bool SendExpired => _context.Clock.HasPassed(Volatile.Read(ref _sendingSince), _context.Options.SendTimeout);

    /// <summary>Whether nothing was sent for so long that the connection wants a sign of life.</summary>
    public bool IsQuiet => _context.Clock.HasPassed(Volatile.Read(ref _sentAt), _context.Options.KeepAliveInterval);

    public Task DropAsync() => _lifetime.CancelAsync();

    /// <summary>Takes the turn if nobody has it.</summary>
    public bool TryEnter() => _turn.Wait(0, CancellationToken.None);

    /// <summary>Waits for the turn. False where the connection is gone; every true is followed by <see cref="Leave"/>.</summary>
    public async ValueTask<bool> EnterAsync()
    {
        if (!TryEnter())
        {
            Task turn = _turn.WaitAsync(Lifetime);
            await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return turn.IsCompletedSuccessfully;
        }

        return true;
    }

    public void Leave() => _turn.Release();

    /// <summary>Sends a text. The caller has the turn.</summary>
    public ValueTask SendTextAsync(ReadOnlyMemory<byte> utf8) => GuardAsync(static (link, utf8) => link._connection.SendTextAsync(utf8, link.Lifetime), utf8);

    /// <summary>Sends a ping. The caller has the turn.</summary>
    public ValueTask PingAsync() => GuardAsync(static (link, _) => link._connection.PingAsync(link.Lifetime), 0);

    /// <summary>Sends the close. The caller has the turn.</summary>
    public ValueTask CloseAsync(int status, string reason)
    {
        Volatile.Write(ref _closeSentAt, _context.Clock.Now);
        return GuardAsync(static (link, close) => link._connection.CloseAsync(close.Status, close.Reason, link.Lifetime), (Status: status, Reason: reason));
    }

    public void Dispose()
    {
        _stop.Dispose();
        _lifetime.Dispose();
        _turn.Dispose();
    }

    private async ValueTask GuardAsync<TState>(Func<PeerLink, TState, ValueTask> send, TState state)
    {
        if (Lifetime.IsCancellationRequested)
        {
            return;
        }

        try
        {
            Volatile.Write(ref _sendingSince, _context.Clock.Now);
            await send(this, state).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ConnectionLostException or OperationCanceledException)
        {
            Log.ConnectionLost(_context.Logger, e.Message);
            await _lifetime.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _sendingSince, Clock.Never);
            Volatile.Write(ref _sentAt, _context.Clock.Now);
        }
    }
}
