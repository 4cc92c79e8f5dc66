namespace Paraformer.Engine.Text;

/// <summary>A piece of written text and the words that it was spoken with.</summary>
/// <param name="Text">As written.</param>
/// <param name="FirstWord">Index of the first word.</param>
/// <param name="WordCount">How many words, one at least.</param>
internal readonly record struct NormalizedToken(string Text, int FirstWord, int WordCount);
