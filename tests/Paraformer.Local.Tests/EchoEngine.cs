using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Paraformer.Engine;

namespace Paraformer.Local.Tests;

/// <summary>Answers each 1000 bytes of audio with a final sentence that says how many bytes there were, and the rest at the end.</summary>
internal sealed class EchoEngine : IRecognitionEngine
{
    private int _openStreams;

    public bool IsDisposed { get; private set; }

    public int OpenStreams => Volatile.Read(ref _openStreams);

    public ValueTask<IRecognitionStream> StartAsync(StreamRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Languages.Contains("ja"))
        {
            throw new RecognitionException(RecognitionError.ModelUnavailable, "No pack for 'ja' is installed.");
        }

        Interlocked.Increment(ref _openStreams);
        return new ValueTask<IRecognitionStream>(new EchoStream(this));
    }

    public IReadOnlyList<ServedModel> DescribeModels() => [];

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }

    private sealed class EchoStream(EchoEngine owner) : IRecognitionStream
    {
        private readonly Channel<RecognizedSentence> _sentences = Channel.CreateUnbounded<RecognizedSentence>();
        private int _bytes;
        private int _said;
        private int _id;

        public IReadOnlyList<string> Packs => ["echo"];

        public long AudioMs => _bytes / 32;

        public long SilenceMs => 0;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken = default)
        {
            _bytes += audio.Length;
            while (_bytes - _said >= 1000)
            {
                Say(1000);
            }

            return default;
        }

        public void Complete()
        {
            if (_bytes > _said)
            {
                Say(_bytes - _said);
            }

            _sentences.Writer.TryComplete();
        }

        public async IAsyncEnumerable<RecognizedSentence> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (RecognizedSentence sentence in _sentences.Reader.ReadAllAsync(cancellationToken))
            {
                yield return sentence;
            }
        }

        public ValueTask DisposeAsync()
        {
            Interlocked.Decrement(ref owner._openStreams);
            return default;
        }

        private void Say(int bytes)
        {
            long begin = _said / 32;
            _said += bytes;
            _sentences.Writer.TryWrite(new RecognizedSentence
            {
                Id = ++_id,
                BeginMs = begin,
                EndMs = Math.Max(begin + 1, _said / 32),
                Text = $"{bytes}",
                Words = [],
                IsFinal = true,
                AudioMs = AudioMs,
            });
        }
    }
}
