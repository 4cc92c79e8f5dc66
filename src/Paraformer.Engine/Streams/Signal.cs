using System.Threading.Tasks.Sources;

namespace Paraformer.Engine.Streams;

/// <summary>
/// Tells one waiter that something has changed; signals that nobody waits for are one. Waiting allocates nothing, for there may
/// be thousands of waiters.
/// </summary>
internal sealed class Signal : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private bool _isSet;
    private bool _isWaitedFor;

    /// <summary>Ends the wait, or the next one.</summary>
    public void Set()
    {
        if (Take(orElse: true))
        {
            _core.SetResult(true);
        }
    }

    /// <summary>Waits for a signal since the last wait. One waiter.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        short version;
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return ValueTask.CompletedTask;
            }

            _core.Reset();
            version = _core.Version;
            _isWaitedFor = true;
        }

        _registration = cancellationToken.UnsafeRegister(static (state, token) => ((Signal)state!).Cancel(token), this);
        return new ValueTask(this, version);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        // Waits for a cancellation under way, so that it cannot end the next wait.
        _registration.Dispose();
        _core.GetResult(token);
    }

    private void Cancel(CancellationToken token)
    {
        if (Take(orElse: false))
        {
            _core.SetException(new OperationCanceledException(token));
        }
    }

    /// <summary>Claims the waiter. Where there is none, <paramref name="orElse"/> says whether the signal is kept.</summary>
    private bool Take(bool orElse)
    {
        lock (_gate)
        {
            bool taken = _isWaitedFor;
            _isWaitedFor = false;
            _isSet |= !taken && orElse;
            return taken;
        }
    }
}
