using System.Text;
using Paraformer.Engine.Text;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>A token that was heard, with its span on the recogniser's clock.</summary>
internal readonly record struct HeardPiece(int Token, long BeginSample, long EndSample, float LogProbability);

/// <summary>
/// Puts a Paraformer's tokens together to words: pieces of an English word become one; letters in a row one word of capitals;
/// a Chinese character is a word by itself.
/// </summary>
internal static class PieceWords
{
    /// <summary>Replaces <paramref name="words"/> with the words of the tokens.</summary>
    public static void Build(PieceVocabulary vocabulary, IReadOnlyList<HeardPiece> pieces, List<WordHypothesis> words)
    {
        words.Clear();
        var text = new StringBuilder();
        for (int i = 0; i < pieces.Count;)
        {
            int first = i;
            float probability = 0;
            text.Clear();
            bool letters = false;
            for (bool open = true; open && i < pieces.Count; i++)
            {
                probability += pieces[i].LogProbability;
                if (vocabulary.IsSilent(pieces[i].Token))
                {
                    continue;
                }

                text.Append(vocabulary.TextOf(pieces[i].Token, out bool goesOn));
                letters = !goesOn && text.Length == 1 && char.IsAsciiLetter(text[0]);
                open = goesOn && i + 1 < pieces.Count && !IsCharacter(vocabulary, pieces[i + 1].Token);
            }

            if (text.Length > 0)
            {
                int last = i - 1;
                if (letters)
                {
                    last = AddLetters(vocabulary, pieces, ref i, text, ref probability);
                }

                Add(words, text.ToString(), pieces[first].BeginSample, pieces[last].EndSample, MathF.Exp(probability / (i - first)));
            }
        }
    }

    // "a" and "i" stand alone; two letters in a row are an abbreviation.
    private static int AddLetters(PieceVocabulary vocabulary, IReadOnlyList<HeardPiece> pieces, ref int next, StringBuilder text, ref float probability)
    {
        bool several = false;
        for (; next < pieces.Count && vocabulary.Symbols[pieces[next].Token] is [var letter] && char.IsAsciiLetter(letter); next++)
        {
            text.Append(letter);
            probability += pieces[next].LogProbability;
            several = true;
        }

        if (several)
        {
            string upper = text.ToString().ToUpperInvariant();
            text.Clear().Append(upper);
        }

        return next - 1;
    }

    private static void Add(List<WordHypothesis> words, string text, long begin, long end, float confidence)
    {
        if (words.Count > 0)
        {
            begin = Math.Max(begin, words[^1].BeginSample);
            words[^1] = words[^1] with { EndSample = Math.Clamp(begin, words[^1].BeginSample, words[^1].EndSample) };
        }

        words.Add(new WordHypothesis(text, begin, Math.Max(begin, end), Math.Clamp(confidence, 0, 1)));
    }

    private static bool IsCharacter(PieceVocabulary vocabulary, int token) => WordSpacing.IsUnspaced(vocabulary.Symbols[token][0]);
}
