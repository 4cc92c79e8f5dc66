using System.Buffers;
using System.Globalization;
using System.Text;
using Paraformer.Engine.Text;

namespace Paraformer.Engine.Tokens;

/// <summary>A token that was heard, with its span on the recogniser's clock.</summary>
internal readonly record struct TokenSpan(int Token, long BeginSample, long EndSample, float LogProbability);

/// <summary>
/// Puts tokens together to words: at the beginnings of words where a script writes spaces, character by character where it writes none.
/// Marks stay with the word before them. Not thread-safe.
/// </summary>
/// <param name="table">The vocabulary.</param>
/// <param name="keepMarks">Whether marks that the model writes are kept.</param>
internal sealed class WordBuilder(TokenTable table, bool keepMarks)
{
    private readonly List<byte> _bytes = [];
    private readonly List<int> _owners = [];
    private readonly StringBuilder _word = new();
    private int _first;
    private int _last;

    /// <summary>Replaces <paramref name="words"/> with the words of the tokens. A character whose bytes are not all there is left out.</summary>
    public void Build(IReadOnlyList<TokenSpan> tokens, List<WordHypothesis> words)
    {
        words.Clear();
        _bytes.Clear();
        _owners.Clear();
        for (int i = 0; i < tokens.Count; i++)
        {
            foreach (byte value in table.Bytes(tokens[i].Token))
            {
                _bytes.Add(value);
                _owners.Add(i);
            }
        }

        ReadOnlySpan<byte> text = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);
        for (int at = 0; at < text.Length;)
        {
            OperationStatus status = Rune.DecodeFromUtf8(text[at..], out Rune rune, out int length);
            if (status == OperationStatus.Done)
            {
                Put(rune, _owners[at], _owners[at + length - 1], tokens, words);
            }

            at += length;
        }

        Flush(tokens, words);
    }

    private void Put(Rune rune, int first, int last, IReadOnlyList<TokenSpan> tokens, List<WordHypothesis> words)
    {
        if (Rune.IsWhiteSpace(rune))
        {
            Flush(tokens, words);
            return;
        }

        bool unspaced = WordSpacing.IsUnspaced(rune.IsBmp ? (char)rune.Value : '\uD840');
        if (!unspaced)
        {
            Append(rune, first, last);
            return;
        }

        Flush(tokens, words);
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherPunctuation)
        {
            if (keepMarks && words.Count > 0 && !PunctuationStyle.EndsWithMark(words[^1].Text))
            {
                words[^1] = words[^1] with { Text = words[^1].Text + rune };
            }

            return;
        }

        Append(rune, first, last);
        Flush(tokens, words);
    }

    private void Append(Rune rune, int first, int last)
    {
        _first = _word.Length == 0 ? first : _first;
        _last = last;
        _word.Append(rune.ToString());
    }

    private void Flush(IReadOnlyList<TokenSpan> tokens, List<WordHypothesis> words)
    {
        if (_word.Length == 0)
        {
            return;
        }

        string text = _word.ToString();
        _word.Clear();
        if (!keepMarks)
        {
            while (PunctuationStyle.EndsWithMark(text))
            {
                text = text[..^1];
            }
        }

        if (!text.Any(char.IsLetterOrDigit))
        {
            // A mark by itself: it belongs to the word before.
            if (text.Length > 0 && keepMarks && words.Count > 0 && PunctuationStyle.EndsWithMark(text) && !PunctuationStyle.EndsWithMark(words[^1].Text))
            {
                words[^1] = words[^1] with { Text = words[^1].Text + text };
            }

            return;
        }

        float sum = 0;
        for (int i = _first; i <= _last; i++)
        {
            sum += tokens[i].LogProbability;
        }

        long begin = tokens[_first].BeginSample;
        if (words.Count > 0)
        {
            begin = Math.Max(begin, words[^1].BeginSample);
            words[^1] = words[^1] with { EndSample = Math.Min(words[^1].EndSample, begin) };
        }

        words.Add(new WordHypothesis(
            table.IsUpperCase ? text.ToLowerInvariant() : text, begin, Math.Max(begin, tokens[_last].EndSample), MathF.Exp(sum / (_last - _first + 1))));
    }
}
