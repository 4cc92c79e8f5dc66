namespace Paraformer.Engine.Text;

/// <summary>Puts marks and capital letters into recognised words. Usable from any thread.</summary>
internal interface IPunctuator
{
    /// <summary>Punctuates words.</summary>
    /// <param name="words">Words as a recogniser gives them; a word that carries marks or capitals already keeps them.</param>
    /// <param name="language">Code of the language.</param>
    /// <param name="result">One entry for each word.</param>
    /// <param name="isFinal">Whether the words are all there will be; otherwise the last ones, which what follows may change, get no mark.</param>
    void Punctuate(IReadOnlyList<string> words, string language, Span<PunctuatedWord> result, bool isFinal);
}

/// <summary>A word with what follows it.</summary>
/// <param name="Text">The word, cased.</param>
/// <param name="Punctuation">The mark after it in the language's own form; empty for none.</param>
/// <param name="EndProbability">Probability that a sentence ends after it, 0 to 1.</param>
internal readonly record struct PunctuatedWord(string Text, string Punctuation, float EndProbability);
