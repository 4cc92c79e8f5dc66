using System.Runtime.CompilerServices;

namespace Paraformer.Engine.Streams;

/// <summary>
/// Sentences on their way to a reader that may be slow: a partial is replaced by what supersedes it, finals are kept.
/// One writer, one reader.
/// </summary>
internal sealed class ResultQueue
{
    // At one sentence a second, three hours of results that nobody reads.
    private const int MaxFinals = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<RecognizedSentence> _finals = new();
    private readonly Signal _changed = new();
    private RecognizedSentence? _partial;
    private Exception? _error;
    private bool _completed;

    /// <summary>Adds a sentence.</summary>
    /// <exception cref="RecognitionException">The reader is too far behind.</exception>
    public void Add(RecognizedSentence sentence)
    {
        lock (_gate)
        {
            if (sentence.IsFinal)
            {
                if (_finals.Count == MaxFinals)
                {
                    throw new RecognitionException(RecognitionError.Overloaded, $"{MaxFinals} final results are waiting to be read: read the results while sending audio");
                }

                _finals.Enqueue(sentence);
                _partial = null;
            }
            else
            {
                _partial = sentence;
            }
        }

        _changed.Set();
    }

    /// <summary>Ends the queue, with an error or without; the first call counts.</summary>
    public void Complete(Exception? error = null)
    {
        lock (_gate)
        {
            if (_completed)
            {
                return;
            }

            _completed = true;
            _error = error;
        }

        _changed.Set();
    }

    /// <summary>Reads to the end.</summary>
    public async IAsyncEnumerable<RecognizedSentence> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            RecognizedSentence? next;
            bool ended;
            lock (_gate)
            {
                if (!_finals.TryDequeue(out next))
                {
                    next = _partial;
                    _partial = null;
                }

                ended = next is null && _completed;
            }

            if (next is not null)
            {
                yield return next;
            }
            else if (ended)
            {
                if (_error is not null)
                {
                    throw _error;
                }

                yield break;
            }
            else
            {
                await _changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
