namespace Paraformer.Engine.Scheduling;

/// <summary>
/// Forms batches over streams: a stream hands in a step and is called back when it is done; meanwhile no thread waits for
/// it. A worker that becomes free takes the step that is due first and the most urgent of like length with it, so batches
/// grow by themselves with the load. A step that was handed in earlier is due earlier at the same patience: none starves.
/// Each stream has at most one step here, so the queue is no longer than there are streams. Thread-safe.
/// </summary>
internal sealed class StepBatcher<TInput, TOutput> : IDisposable
{
    private readonly IBatchRunner<TInput, TOutput> _runner;
    private readonly WorkScheduler _scheduler;
    private readonly BatchOptions _options;
    private readonly BatchTurn _turn;
    private readonly Timer _timer;
    private readonly Lock _gate = new();

    // Ordered by when they are due.
    private readonly List<BatchStep<TInput, TOutput>> _waiting = [];
    private int _queuedTurns;
    private int _runningTurns;
    private bool _timing;

    public StepBatcher(IBatchRunner<TInput, TOutput> runner, WorkScheduler scheduler, BatchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Padding);
        _runner = runner;
        _scheduler = scheduler;
        _options = options;
        _turn = new BatchTurn(this);
        _timer = new Timer(_ => Flush());
    }

    /// <summary>Steps that wait for a worker.</summary>
    public int WaitingSteps
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Has a step run together with others.</summary>
    /// <param name="input">The step.</param>
    /// <param name="patience">How long its stream can well wait: of two steps the one whose patience ends first goes first.</param>
    /// <param name="cancellationToken">Takes the step back as long as it waits.</param>
    /// <returns>Completes on a worker.</returns>
    /// <exception cref="RecognitionException">The step failed, alone too, or the engine has been shut down.</exception>
    /// <exception cref="OperationCanceledException">The step was taken back.</exception>
    public ValueTask<TOutput> RunAsync(TInput input, TimeSpan patience, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long now = _scheduler.Delay.Now;
        var step = new BatchStep<TInput, TOutput>(input, _runner.LengthOf(input), now, now + (long)(patience.TotalSeconds * TimeProvider.System.TimestampFrequency));
        ValueTask<TOutput> completion = step.Completion;
        step.Cancellation = cancellationToken.UnsafeRegister(static (state, _) => ((Action)state!)(), (Action)(() => TakeBack(step, cancellationToken)));
        lock (_gate)
        {
            int at = _waiting.Count;
            while (at > 0 && _waiting[at - 1].Due > step.Due)
            {
                at--;
            }

            _waiting.Insert(at, step);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            TakeBack(step, cancellationToken);
        }

        Arrange(_options.MaxWait == TimeSpan.Zero);
        return completion;
    }

    public void Dispose() => _timer.Dispose();

    // Asks for another turn if there is enough to do and a worker to do it.
    private void Arrange(bool atOnce)
    {
        lock (_gate)
        {
            int unserved = _waiting.Count - (_queuedTurns * _options.MaxSteps);
            if (unserved <= 0 || _queuedTurns + _runningTurns == _scheduler.WorkerCount)
            {
                return;
            }

            if (!atOnce && unserved < _options.MaxSteps)
            {
                if (!_timing)
                {
                    _timing = true;
                    _timer.Change(_options.MaxWait, Timeout.InfiniteTimeSpan);
                }

                return;
            }

            _queuedTurns++;
        }

        if (!_scheduler.Schedule(_turn))
        {
            Abandon();
        }
    }

    private void Flush()
    {
        lock (_gate)
        {
            _timing = false;
        }

        Arrange(atOnce: true);
    }

    private void RunTurn()
    {
        BatchStep<TInput, TOutput>[] batch;
        lock (_gate)
        {
            _queuedTurns--;
            batch = TakeBatch();
            _runningTurns++;
        }

        // Steps that are left over are another worker's, if one is free.
        Arrange(atOnce: true);
        if (batch.Length > 0)
        {
            RunBatch(batch);
        }

        lock (_gate)
        {
            _runningTurns--;
        }

        foreach (BatchStep<TInput, TOutput> step in batch)
        {
            Finish(step);
        }

        Arrange(atOnce: true);
    }

    private BatchStep<TInput, TOutput>[] TakeBatch()
    {
        if (_waiting.Count == 0)
        {
            return [];
        }

        int longest = _waiting[0].Length;
        int shortest = longest;
        var batch = new List<BatchStep<TInput, TOutput>>(_options.MaxSteps);
        for (int i = 0; i < _waiting.Count && batch.Count < _options.MaxSteps; i++)
        {
            BatchStep<TInput, TOutput> step = _waiting[i];
            int most = Math.Max(longest, step.Length);
            int least = Math.Min(shortest, step.Length);
            if (batch.Count == 0 || (least >= most * (1 - _options.Padding) && (long)most * (batch.Count + 1) <= _options.MaxBatchLength))
            {
                (longest, shortest) = (most, least);
                batch.Add(step);
                _scheduler.Delay.Record(step.Since);
                _waiting.RemoveAt(i--);
            }
        }

        return [.. batch];
    }

    private void RunBatch(ReadOnlySpan<BatchStep<TInput, TOutput>> batch)
    {
        var inputs = new TInput[batch.Length];
        var outputs = new TOutput[batch.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = batch[i].Input;
        }

        EngineMetrics.BatchRun(inputs.Length);
        try
        {
            _runner.Run(inputs, outputs);
            for (int i = 0; i < outputs.Length; i++)
            {
                batch[i].SetResult(outputs[i]);
            }
        }
        catch (Exception e) when (batch.Length > 1 && e.InnerException is not TimeoutException)
        {
            // One bad step must not take the others with it. A run that was cut off has held this worker for long enough.
            for (int i = 0; i < batch.Length; i++)
            {
                RunBatch(batch.Slice(i, 1));
            }
        }
        catch (Exception e)
        {
            RecognitionException error = e as RecognitionException ?? new RecognitionException(RecognitionError.Internal, "a step of the model failed: " + e.Message, e);
            foreach (BatchStep<TInput, TOutput> step in batch)
            {
                step.SetError(error);
            }
        }
    }

    private void TakeBack(BatchStep<TInput, TOutput> step, CancellationToken token)
    {
        bool waited;
        lock (_gate)
        {
            waited = _waiting.Remove(step);
        }

        if (waited)
        {
            step.SetError(new OperationCanceledException(token));
            Finish(step);
        }
    }

    // The stream goes on in a turn of its own, behind whatever is ready already.
    private void Finish(BatchStep<TInput, TOutput> step)
    {
        step.Cancellation.Dispose();
        if (!_scheduler.Schedule(step))
        {
            step.Run();
        }
    }

    private void Abandon()
    {
        BatchStep<TInput, TOutput>[] abandoned;
        lock (_gate)
        {
            abandoned = [.. _waiting];
            _waiting.Clear();
        }

        foreach (BatchStep<TInput, TOutput> step in abandoned)
        {
            step.SetError(new RecognitionException(RecognitionError.Internal, "the engine has been shut down"));
            step.Run();
        }
    }

    private sealed class BatchTurn(StepBatcher<TInput, TOutput> owner) : IWorkItem
    {
        public bool Run()
        {
            owner.RunTurn();
            return false;
        }
    }
}
