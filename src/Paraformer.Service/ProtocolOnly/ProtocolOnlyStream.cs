using System.Runtime.CompilerServices;
using Paraformer.Engine;

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
    private static readonly string[] s_words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

    private readonly ProtocolOnlyOptions _options;
    private readonly long _bytesPerSecond;
    private readonly SemaphoreSlim _changed = new(0);
    private long _bytes;
    private bool _hasBegun;
    private bool _completed;
    private bool _readerWaits;

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
            Wake();
        }

        return ValueTask.CompletedTask;
    }

    public void Complete()
    {
        Volatile.Write(ref _completed, true);
        Wake();
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
                await WaitAsync(heard, cancellationToken).ConfigureAwait(false);
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

    private async ValueTask WaitAsync(long heard, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _readerWaits, true);
        Interlocked.MemoryBarrier();
        bool hasChanged = Volatile.Read(ref _completed) || AudioMs / _options.WordMs != heard;
        if (!hasChanged || !Interlocked.Exchange(ref _readerWaits, false))
        {
            await _changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Wake()
    {
        Interlocked.MemoryBarrier();
        if (Interlocked.Exchange(ref _readerWaits, false))
        {
            _changed.Release();
        }
    }

    private RecognizedSentence Make(long sentence, int words, bool isFinal)
    {
        long begin = sentence * _options.WordsPerSentence * _options.WordMs;
        var heard = new RecognizedWord[words];
        for (int i = 0; i < words; i++)
        {
            heard[i] = new RecognizedWord(
                begin + ((long)i * _options.WordMs), begin + ((i + 1L) * _options.WordMs), s_words[i % s_words.Length], isFinal && i == words - 1 ? "." : "", 1, isFinal);
        }

        return new RecognizedSentence
        {
            Id = (int)Math.Min(int.MaxValue, sentence + 1),
            BeginMs = begin,
            EndMs = begin + ((long)words * _options.WordMs),
            Text = string.Join(' ', heard.Select(word => word.Text)) + (isFinal ? "." : ""),
            Words = heard,
            IsFinal = isFinal,
            AudioMs = AudioMs,
        };
    }
}
