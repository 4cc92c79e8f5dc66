using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Paraformer.Engine;

namespace Paraformer.Service.Tests.Fakes;

/// <summary>A stream of 16 kHz 16-bit audio that emits what a test says.</summary>
internal sealed class ScriptedStream : IRecognitionStream
{
    private readonly Channel<RecognizedSentence> _sentences = Channel.CreateUnbounded<RecognizedSentence>();
    private readonly MemoryStream _audio = new();
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _writeBegun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(int Bytes, TaskCompletionSource Reached)> _waiters = [];
    private readonly Lock _gate = new();
    private int _writers;
    private long _silenceMs;

    public IReadOnlyList<string> Packs { get; } = ["scripted"];

    public long AudioMs
    {
        get
        {
            lock (_gate)
            {
                return _audio.Length / 32;
            }
        }
    }

    public long SilenceMs
    {
        get => Interlocked.Read(ref _silenceMs);
        set => Interlocked.Exchange(ref _silenceMs, value);
    }

    /// <summary>Taking audio waits for it.</summary>
    public Task WriteGate { get; set; } = Task.CompletedTask;

    /// <summary>Thrown instead of taking audio.</summary>
    public Exception? WriteError { get; set; }

    /// <summary>Called after audio was taken.</summary>
    public Action<ScriptedStream> OnAudio { get; set; } = _ => { };

    /// <summary>Called when the audio ends; ends the results by default.</summary>
    public Action<ScriptedStream> OnComplete { get; set; } = stream => stream.End();

    public Task Disposed => _disposed.Task;

    public Task Completed => _completed.Task;

    /// <summary>Ends when the first audio has reached the stream, taken or not.</summary>
    public Task WriteBegun => _writeBegun.Task;

    /// <summary>Whether two writes ever overlapped, which the contract forbids.</summary>
    public bool WritesOverlapped { get; private set; }

    public byte[] Audio
    {
        get
        {
            lock (_gate)
            {
                return _audio.ToArray();
            }
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken = default)
    {
        _writeBegun.TrySetResult();
        WritesOverlapped |= Interlocked.Increment(ref _writers) > 1;
        try
        {
            await WriteGate.WaitAsync(cancellationToken);
            if (WriteError is not null)
            {
                throw WriteError;
            }

            lock (_gate)
            {
                _audio.Write(audio.Span);
                _waiters.RemoveAll(waiter => _audio.Length >= waiter.Bytes && waiter.Reached.TrySetResult());
            }

            OnAudio(this);
        }
        finally
        {
            Interlocked.Decrement(ref _writers);
        }
    }

    public Task WaitForAudioAsync(int bytes)
    {
        lock (_gate)
        {
            if (_audio.Length >= bytes)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((bytes, reached));
            return reached.Task.WaitAsync(Patience.Limit);
        }
    }

    public void Complete()
    {
        _completed.TrySetResult();
        OnComplete(this);
    }

    public void Emit(RecognizedSentence sentence) => _sentences.Writer.TryWrite(sentence);

    public void EmitPartial(int id, string text) => Emit(MakeSentence(id, text, isFinal: false));

    public void EmitFinal(int id, string text) => Emit(MakeSentence(id, text, isFinal: true));

    public void End() => _sentences.Writer.TryComplete();

    public void Fail(Exception exception) => _sentences.Writer.TryComplete(exception);

    public async IAsyncEnumerable<RecognizedSentence> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (RecognizedSentence sentence in _sentences.Reader.ReadAllAsync(cancellationToken))
        {
            yield return sentence;
        }
    }

    public ValueTask DisposeAsync()
    {
        _disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }

    private RecognizedSentence MakeSentence(int id, string text, bool isFinal) => new()
    {
        Id = id,
        BeginMs = id * 1000,
        EndMs = (id * 1000) + 500,
        Text = text,
        Words = text.Length == 0 ? [] : [new RecognizedWord(id * 1000, (id * 1000) + 500, text, isFinal ? "." : "", 0.9f, IsFixed: false)],
        IsFinal = isFinal,
        AudioMs = AudioMs,
    };
}
