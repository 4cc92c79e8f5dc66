using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Paraformer.Engine;

namespace Paraformer.Cli.Tests.Fakes;

/// <summary>An engine that gives the same sentences whatever it hears.</summary>
internal sealed class ScriptedEngine : IRecognitionEngine
{
    /// <summary>Given when the audio begins; the finals among them when it ends.</summary>
    public IReadOnlyList<RecognizedSentence> Sentences { get; init; } = [];

    /// <summary>Thrown instead of starting.</summary>
    public Exception? StartFailure { get; init; }

    /// <summary>Thrown after the sentences.</summary>
    public Exception? StreamFailure { get; init; }

    /// <summary>Completes when the first audio has come.</summary>
    public TaskCompletionSource Heard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StreamRequest? Request { get; private set; }

    public MemoryStream Audio { get; } = new();

    public bool IsDisposed { get; private set; }

    public ValueTask<IRecognitionStream> StartAsync(StreamRequest request, CancellationToken cancellationToken = default)
    {
        Request = request;
        return StartFailure is null ? ValueTask.FromResult<IRecognitionStream>(new ScriptedStream(this)) : ValueTask.FromException<IRecognitionStream>(StartFailure);
    }

    public IReadOnlyList<ServedModel> DescribeModels() =>
        [new("paraformer-realtime-v2", [new("zh", null, "Run 'paraformer models pull zh-pack'."), new("en", "en-pack", null)])];

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    public static RecognizedSentence Sentence(int id, long beginMs, long endMs, string text, bool isFinal = true) => new()
    {
        Id = id,
        BeginMs = beginMs,
        EndMs = endMs,
        Text = text,
        Words = [new RecognizedWord(beginMs, endMs, text, "", 1, isFinal)],
        IsFinal = isFinal,
        AudioMs = endMs,
    };

    private sealed class ScriptedStream(ScriptedEngine engine) : IRecognitionStream
    {
        private readonly Channel<RecognizedSentence> _results = Channel.CreateUnbounded<RecognizedSentence>();
        private bool _given;

        public IReadOnlyList<string> Packs => ["en-pack", "vad-pack"];

        public long AudioMs { get; private set; }

        public long SilenceMs => 0;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken = default)
        {
            engine.Audio.Write(audio.Span);
            AudioMs += audio.Length / 32;
            Give();
            engine.Heard.TrySetResult();
            return ValueTask.CompletedTask;
        }

        public void Complete()
        {
            Give();
            _results.Writer.TryComplete(engine.StreamFailure);
        }

        public async IAsyncEnumerable<RecognizedSentence> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (RecognizedSentence sentence in _results.Reader.ReadAllAsync(cancellationToken))
            {
                yield return sentence;
            }
        }

        public ValueTask DisposeAsync()
        {
            _results.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        private void Give()
        {
            if (_given)
            {
                return;
            }

            _given = true;
            foreach (RecognizedSentence sentence in engine.Sentences)
            {
                _results.Writer.TryWrite(sentence);
            }
        }
    }
}
