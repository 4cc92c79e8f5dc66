using System.Text;
using Paraformer.Protocol;

namespace Paraformer.Cli.Output;

/// <summary>What the line-based writers need of a sentence.</summary>
internal static class SentenceText
{
    /// <summary>The sentence's text on one line: control characters, line and paragraph separators become single spaces.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            char mapped = char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c;
            if (mapped != ' ' || (line.Length > 0 && line[^1] != ' '))
            {
                line.Append(mapped);
            }
        }

        return line.ToString().TrimEnd(' ');
    }

    /// <summary>When the sentence ends: its own end, else that of its last word; never before its begin.</summary>
    public static long EndMs(Sentence sentence)
    {
        long end = sentence.EndTime ?? (sentence.Words.Count > 0 ? sentence.Words[^1].EndTime : sentence.BeginTime);
        return Math.Max(end, sentence.BeginTime);
    }
}
