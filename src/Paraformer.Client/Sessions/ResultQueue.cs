using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Paraformer.Client;

/// <summary>
/// Results on their way to the reader. When the reader is slow, an unread partial gives way to newer results; finals are never
/// lost: the writer waits when too many are unread. One writer, one reader.
/// </summary>
internal sealed class ResultQueue(int coalesceFrom = 64, int capacity = 4096)
{
    private readonly LinkedList<RecognitionResult> _unread = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource? _reader;
    private TaskCompletionSource? _writer;
    private Exception? _failure;
    private bool _completed;
    private bool _reading;

    /// <summary>Adds a result; waits while <c>capacity</c> results are unread.</summary>
    public async ValueTask AddAsync(RecognitionResult result, CancellationToken cancellationToken)
    {
        while (!TryAdd(result, out Task room))
        {
            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the results; the reader gets <paramref name="failure"/> after those that came before it.</summary>
    public void Complete(Exception? failure)
    {
        TaskCompletionSource? reader;
        lock (_gate)
        {
            _completed = true;
            _failure = failure;
            reader = Take(ref _reader);
        }

        reader?.TrySetResult();
    }

    /// <summary>The results, once.</summary>
    /// <exception cref="InvalidOperationException">They are, or were, being read already.</exception>
    public async IAsyncEnumerable<RecognitionResult> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_reading)
            {
                throw new InvalidOperationException("The results of a session can be read only once.");
            }

            _reading = true;
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead(out RecognitionResult? result, out Task? more))
            {
                yield return result!;
            }
            else if (more is not null)
            {
                await more.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (_failure is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
            else
            {
                yield break;
            }
        }
    }

    private static TaskCompletionSource? Take(ref TaskCompletionSource? waiting)
    {
        TaskCompletionSource? taken = waiting;
        waiting = null;
        return taken;
    }

    private bool TryAdd(RecognitionResult result, out Task room)
    {
        TaskCompletionSource? reader;
        lock (_gate)
        {
            if (_unread.Count >= coalesceFrom)
            {
                DropOldestPartial();
            }

            if (_unread.Count >= capacity)
            {
                _writer ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _writer.Task;
                return false;
            }

            _unread.AddLast(result);
            reader = Take(ref _reader);
        }

        reader?.TrySetResult();
        room = Task.CompletedTask;
        return true;
    }

    private bool TryRead(out RecognitionResult? result, out Task? more)
    {
        TaskCompletionSource? writer;
        lock (_gate)
        {
            more = null;
            result = _unread.First?.Value;
            if (result is null)
            {
                if (!_completed)
                {
                    _reader ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    more = _reader.Task;
                }

                return false;
            }

            _unread.RemoveFirst();
            writer = Take(ref _writer);
        }

        writer?.TrySetResult();
        return true;
    }

    private void DropOldestPartial()
    {
        for (LinkedListNode<RecognitionResult>? node = _unread.First; node is not null; node = node.Next)
        {
            if (!node.Value.IsFinal)
            {
                _unread.Remove(node);
                return;
            }
        }
    }
}
