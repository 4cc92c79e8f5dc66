using System.Threading.Tasks.Sources;

namespace Paraformer.Engine.Scheduling;

/// <summary>A step on its way through a <see cref="StepBatcher{TInput,TOutput}"/>. Its stream goes on where a worker runs it.</summary>
internal sealed class BatchStep<TInput, TOutput>(TInput input, int length, long since, long due) : IWorkItem, IValueTaskSource<TOutput>
{
    // Whoever completes the step is a worker whose turn it is, so the stream's code may run right there.
    private ManualResetValueTaskSourceCore<TOutput> _core = new() { RunContinuationsAsynchronously = false };
    private TOutput? _result;
    private Exception? _error;

    public TInput Input => input;

    public int Length => length;

    /// <summary>When it was handed in.</summary>
    public long Since => since;

    /// <summary>When its result is wanted; the scheduler's clock.</summary>
    public long Due => due;

    /// <summary>Ends its registration for cancellation.</summary>
    public CancellationTokenRegistration Cancellation { get; set; }

    public ValueTask<TOutput> Completion => new(this, _core.Version);

    public void SetResult(TOutput result) => _result = result;

    public void SetError(Exception error) => _error = error;

    public bool Run()
    {
        if (_error is null)
        {
            _core.SetResult(_result!);
        }
        else
        {
            _core.SetException(_error);
        }

        return false;
    }

    TOutput IValueTaskSource<TOutput>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<TOutput>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<TOutput>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
