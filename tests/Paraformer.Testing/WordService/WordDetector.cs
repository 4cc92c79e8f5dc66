namespace Paraformer.Testing;

/// <summary>A word that was "heard": its text depends on its samples alone.</summary>
/// <param name="Text">Five letters made of the samples.</param>
/// <param name="Begin">The first sample.</param>
/// <param name="End">Behind the last sample.</param>
public readonly record struct HeardWord(string Text, long Begin, long End);

/// <summary>
/// "Recognises" 16-bit PCM without a model: a word is a run of samples other than zero, and digital silence separates words and
/// sentences. The same audio gives the same words wherever the recognition begins, as long as it begins in silence.
/// </summary>
public sealed class WordDetector(int sampleRate)
{
    private readonly int _wordGap = sampleRate * 20 / 1000;
    private readonly int _sentenceGap = sampleRate * 300 / 1000;
    private readonly int _shortestWord = sampleRate * 5 / 1000;
    private readonly List<HeardWord> _words = [];
    private readonly List<short> _run = [];
    private long _position;
    private long _silence;
    private int _pendingByte = -1;

    /// <summary>The words of the sentence that is open.</summary>
    public IReadOnlyList<HeardWord> Words => _words;

    /// <summary>Whether <see cref="Words"/> is a whole sentence.</summary>
    public bool IsSentenceOver => _words.Count > 0 && _run.Count == 0 && _silence >= _sentenceGap;

    /// <summary>The milliseconds of a sample, rounded down.</summary>
    public long Milliseconds(long sample) => sample * 1000 / sampleRate;

    /// <summary>Hears bytes; calls back at the end of each word and of each sentence, after which the sentence is forgotten.</summary>
    public void Hear(ReadOnlySpan<byte> pcm, Action<WordDetector> onWord, Action<WordDetector> onSentence)
    {
        foreach (byte next in pcm)
        {
            if (_pendingByte < 0)
            {
                _pendingByte = next;
                continue;
            }

            short sample = (short)(_pendingByte | (next << 8));
            _pendingByte = -1;
            Hear(sample, onWord, onSentence);
        }
    }

    /// <summary>Ends the audio: what is open is over.</summary>
    public void Finish(Action<WordDetector> onSentence)
    {
        EndWord();
        if (_words.Count > 0)
        {
            onSentence(this);
            _words.Clear();
        }
    }

    private void Hear(short sample, Action<WordDetector> onWord, Action<WordDetector> onSentence)
    {
        _position++;
        if (sample != 0)
        {
            _run.AddRange(Enumerable.Repeat((short)0, _run.Count > 0 ? (int)_silence : 0));
            _run.Add(sample);
            _silence = 0;
            return;
        }

        _silence++;
        if (_run.Count > 0 && _silence == _wordGap && EndWord())
        {
            onWord(this);
        }

        if (_words.Count > 0 && _silence == _sentenceGap)
        {
            onSentence(this);
            _words.Clear();
        }
    }

    private bool EndWord()
    {
        bool isWord = _run.Count >= _shortestWord;
        if (isWord)
        {
            long end = _position - _silence;
            _words.Add(new HeardWord(Spell(_run), end - _run.Count, end));
        }

        _run.Clear();
        return isWord;
    }

    private static string Spell(List<short> samples)
    {
        // FNV-1a.
        uint hash = 2166136261;
        foreach (short sample in samples)
        {
            hash = (hash ^ (ushort)sample) * 16777619;
        }

        return string.Create(5, hash, static (letters, hash) =>
        {
            for (int i = 0; i < letters.Length; i++)
            {
                letters[i] = (char)('a' + (hash % 26));
                hash /= 26;
            }
        });
    }
}
