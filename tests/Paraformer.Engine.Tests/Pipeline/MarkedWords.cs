using Paraformer.Engine.Text;

namespace Paraformer.Engine.Tests.Pipeline;

/// <summary>A punctuator that is told what to do: a word that ends in <c>_</c> ends a sentence, once the word after it is known.</summary>
internal sealed class MarkedWords : IPunctuator
{
    public int LookAhead(string language) => 1;

    public bool Supports(string language) => true;

    public void Punctuate(IReadOnlyList<string> words, string language, Span<PunctuatedWord> result, bool isFinal, PunctuationMemory? memory = null)
    {
        for (int i = 0; i < words.Count; i++)
        {
            bool ends = words[i].EndsWith('_') && (isFinal || i < words.Count - 1);
            result[i] = new PunctuatedWord(words[i].TrimEnd('_'), ends ? "." : "", ends ? 1 : 0);
        }
    }
}
