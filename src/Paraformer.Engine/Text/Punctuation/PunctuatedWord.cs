namespace Paraformer.Engine.Text;

/// <summary>A word as it is shown.</summary>
/// <param name="Text">The word with its casing.</param>
/// <param name="Punctuation">The mark after it in the language's own form, or an empty string.</param>
/// <param name="EndProbability">Probability, 0 to 1, that a sentence ends after it; 0 while its look-ahead is not known.</param>
internal readonly record struct PunctuatedWord(string Text, string Punctuation, float EndProbability);
