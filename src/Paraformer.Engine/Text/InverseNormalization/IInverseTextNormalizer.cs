namespace Paraformer.Engine.Text;

/// <summary>Turns spoken forms into written ones: "one hundred and five" into "105". Immutable, usable from any thread.</summary>
internal interface IInverseTextNormalizer
{
    /// <summary>
    /// Words as a recogniser gives them: English words, Chinese characters or words of several. The tokens cover every word
    /// once, in order; a word that is left alone is a token of its own.
    /// </summary>
    IReadOnlyList<NormalizedToken> Normalize(IReadOnlyList<string> words);
}
