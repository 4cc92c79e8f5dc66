namespace Paraformer.Engine.Text;

/// <summary>A piece of finished text with the words that it came from.</summary>
/// <param name="Text">The text: a word, or what one writes for several.</param>
/// <param name="Punctuation">The mark after it; empty for none.</param>
/// <param name="FirstWord">Index of its first word.</param>
/// <param name="LastWord">Index of its last word.</param>
/// <param name="EndProbability">Probability that a sentence ends after it, 0 to 1; 0 where nobody asked.</param>
internal readonly record struct TextToken(string Text, string Punctuation, int FirstWord, int LastWord, float EndProbability);
