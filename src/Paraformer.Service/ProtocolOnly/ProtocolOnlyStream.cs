using System.Runtime.CompilerServices;
using Paraformer.Engine;
using Paraformer.Engine.Streams;

namespace Paraformer.Service.ProtocolOnly;

/// <summary>
/// One stream: it keeps a number of bytes and nothing else. Results are made when they are read, so a slow reader misses partials
/// and no final.
/// </summary>
internal sealed class ProtocolOnlyStream : IRecognitionStream
{
    private const int WavHeaderBytes = 44;
    private const long CompressedBytesPerSecond = 4000;

    private static readonly string[] s_packs = [ProtocolOnlyEngine.PackName];

    private readonly ProtocolOnlyOptions _options;
    private readonly long _bytesPerSecond;
    private readonly Signal _changed = new();
    private long _bytes;
    private bool _hasBegun;
    private bool _completed;

    public ProtocolOnlyStream(ProtocolOnlyOptions options, StreamRequest request)
    {
        _options = options;
        _bytesPerSecond = request.Format is "pcm" or "wav" ? 2L * request.SampleRate : CompressedBytesPerSecond;
    }

    public IReadOnlyList<string> Packs => s_packs;

    public long AudioMs => Interlocked.Read(ref _bytes) * 1000 / _bytesPerSecond;

    /// <summary>It hears words all the time.</summary>
    public long SilenceMs => 0;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken = default)
    {
        int bytes = audio.Length;
        if (!_hasBegun)
        {
            _hasBegun = true;
            bytes -= audio.Span.StartsWith("RIFF"u8) ? Math.Min(WavHeaderBytes, bytes) : 0;
        }

        long before = Units(AudioMs);
        Interlocked.Add(ref _bytes, bytes);
        if (Units(AudioMs) != before)
        {
            _changed.Set();
        }

        return ValueTask.CompletedTask;
    }

    public void Complete()
    {
        Volatile.Write(ref _completed, true);
        _changed.Set();
    }

    public async IAsyncEnumerable<RecognizedSentence> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        int perSentence = _options.WordsPerSentence;
        for (long told = 0; ;)
        {
            bool completed = Volatile.Read(ref _completed);
            long heard = AudioMs / _options.WordMs;
            long sentence = told / perSentence;
            long next = Math.Min(heard, (sentence + 1) * perSentence);
            bool isFull = next == (sentence + 1) * perSentence;
            bool isFinal = isFull || (completed && next > sentence * perSentence);
            next = isFinal ? next : (sentence * perSentence) + ((next - (sentence * perSentence)) / _options.WordsPerPartial * _options.WordsPerPartial);
            if (next > told || (isFinal && !isFull))
            {
                told = isFull ? next : isFinal ? (sentence + 1) * perSentence : next;
                yield return Make(sentence, (int)(next - (sentence * perSentence)), isFinal);
                if (isFinal && !isFull)
                {
                    yield break;
                }
            }
            else if (completed)
            {
                yield break;
            }
            else
            {
                await _changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>How many words make a difference to the reader.</summary>
    private long Units(long audioMs)
    {
        long words = audioMs / _options.WordMs;
        return (words / _options.WordsPerSentence * _options.WordsPerSentence) + (words % _options.WordsPerSentence / _options.WordsPerPartial);
    }

    private RecognizedSentence Make(long sentence, int count, bool isFinal)
    {
        var words = new ProtocolOnlyWords(sentence * _options.WordsPerSentence * _options.WordMs, _options.WordMs, count, isFinal);
        return new RecognizedSentence
        {
            Id = (int)Math.Min(int.MaxValue, sentence + 1),
            BeginMs = words.BeginMs,
            EndMs = words.BeginMs + ((long)count * _options.WordMs),
            Text = words.ToText(),
            Words = words,
            IsFinal = isFinal,
            AudioMs = AudioMs,
        };
    }
}
