namespace Paraformer.Engine.Text;

/// <summary>Puts punctuation and casing to the words of a recogniser. Implementations are shared by all streams and safe to call from many threads.</summary>
internal interface IPunctuator
{
    /// <summary>Number of units (words, or characters where a language is written without spaces) after a word that must be known before its mark is.</summary>
    int LookAhead(string language);

    /// <summary>Whether the language can be punctuated. Words of other languages come back as they are, without marks.</summary>
    /// <param name="language">Code of the language, as <c>zh</c> or <c>en-US</c>.</param>
    bool Supports(string language);

    /// <summary>Chooses the mark after each word and each word's casing.</summary>
    /// <param name="words">Words as recognised since the last sentence end.</param>
    /// <param name="language">Code of the language, as <c>zh</c> or <c>en-US</c>.</param>
    /// <param name="result">One entry per word; its length must be that of <paramref name="words"/>.</param>
    /// <param name="isFinal">
    /// Whether nothing follows: then the last word gets an end mark. Otherwise the words whose look-ahead is not there yet get none, and what the others
    /// got stays the same whatever words follow.
    /// </param>
    /// <param name="memory">What was computed for the stream before, and will be for its next words; null to compute everything.</param>
    /// <exception cref="ArgumentException"><paramref name="result"/> is not as long as <paramref name="words"/>.</exception>
    void Punctuate(IReadOnlyList<string> words, string language, Span<PunctuatedWord> result, bool isFinal, PunctuationMemory? memory = null);
}
