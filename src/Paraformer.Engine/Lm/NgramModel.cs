using System.Text;

namespace Paraformer.Engine.Lm;

/// <summary>The words before the next one, as far as the model can tell them apart.</summary>
/// <param name="Bigram">The last two words' bigram, where trigrams or a back-off weight hang on it; else -1.</param>
/// <param name="Word">The last word; -1 before any.</param>
internal readonly record struct NgramState(int Bigram, int Word)
{
    /// <summary>Before any word.</summary>
    public static NgramState Start { get; } = new(-1, -1);
}

/// <summary>A back-off 3-gram model over a memory-mapped <see cref="SectionFile"/>. Immutable and shared. Scores are log10.</summary>
internal sealed class NgramModel(SectionFile file)
{
    private const ushort NoBackOff = 32767;
    private readonly MappedArray<byte> _text = file.Section<byte>("text");
    private readonly MappedArray<int> _textBegins = file.Section<int>("textat");
    private readonly MappedArray<float> _unigrams = file.Section<float>("uniprob");
    private readonly MappedArray<float> _unigramBackOffs = file.Section<float>("unibow");
    private readonly MappedArray<int> _bigramBegins = file.Section<int>("biat");
    private readonly MappedArray<int> _bigramWords = file.Section<int>("biword");
    private readonly MappedArray<ushort> _bigrams = file.Section<ushort>("biprob");
    private readonly MappedArray<ushort> _bigramBackOffs = file.Section<ushort>("bibow");
    private readonly MappedArray<int> _trigramBegins = file.Section<int>("triat");
    private readonly MappedArray<int> _trigramWords = file.Section<int>("triword");
    private readonly MappedArray<ushort> _trigrams = file.Section<ushort>("triprob");

    /// <summary>Words.</summary>
    public int VocabularySize => _unigrams.Length;

    /// <summary>A word's spelling.</summary>
    public string Text(int word) => Encoding.UTF8.GetString(_text.Slice(_textBegins[word], _textBegins[word + 1] - _textBegins[word]));

    /// <summary>A word's probability without context.</summary>
    public float Unigram(int word) => _unigrams[word];

    /// <summary>A word's probability in context, and the context that it leaves behind.</summary>
    public float Score(NgramState state, int word, out NgramState next)
    {
        int bigram = -1;
        int last = state.Word;
        if (last >= 0)
        {
            bigram = Find(_bigramWords, _bigramBegins[last], _bigramBegins[last + 1], word);
        }

        int context = bigram >= 0 && (_bigramBackOffs[bigram] != NoBackOff || _trigramBegins[bigram] < _trigramBegins[bigram + 1]) ? bigram : -1;
        next = new NgramState(context, word);
        float score = 0;
        if (state.Bigram >= 0)
        {
            int trigram = Find(_trigramWords, _trigramBegins[state.Bigram], _trigramBegins[state.Bigram + 1], word);
            if (trigram >= 0)
            {
                return LogScale.DecodeProbability(_trigrams[trigram]);
            }

            score = LogScale.DecodeBackOff(_bigramBackOffs[state.Bigram]);
        }

        return bigram >= 0 ? score + LogScale.DecodeProbability(_bigrams[bigram])
            : last >= 0 ? score + _unigramBackOffs[last] + _unigrams[word]
            : _unigrams[word];
    }

    private static int Find(MappedArray<int> words, int begin, int end, int word)
    {
        int at = words.Slice(begin, end - begin).BinarySearch(word);
        return at < 0 ? -1 : begin + at;
    }
}
