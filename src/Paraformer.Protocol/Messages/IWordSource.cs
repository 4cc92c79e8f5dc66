namespace Paraformer.Protocol;

/// <summary>Words to write that need not exist as <see cref="Word"/> objects: a service sends thousands of results a second.</summary>
internal interface IWordSource
{
    int Count { get; }

    WordFields this[int index] { get; }
}

/// <summary>What is written of a word.</summary>
internal readonly record struct WordFields(long BeginTime, long EndTime, string Text, string Punctuation, bool IsFixed, string? SpeakerId);

/// <summary>The words of a message.</summary>
internal readonly struct MessageWords(IReadOnlyList<Word> words) : IWordSource
{
    public int Count => words.Count;

    public WordFields this[int index]
    {
        get
        {
            Word word = words[index];
            return new WordFields(word.BeginTime, word.EndTime, word.Text, word.Punctuation, word.Fixed ?? false, word.SpeakerId);
        }
    }
}
