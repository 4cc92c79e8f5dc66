using Paraformer.Engine;
using Paraformer.Protocol;

namespace Paraformer.Service.Tasks;

/// <summary>The engine's sentences as they go on the wire.</summary>
internal static class Results
{
    public static Sentence Heartbeat { get; } = new() { SentenceId = 0, Heartbeat = true, SentenceEnd = false };

    /// <summary>The sentence without its words, which are written from where they are.</summary>
    public static Sentence ToSentence(RecognizedSentence recognized) => new()
    {
        SentenceId = recognized.Id,
        BeginTime = recognized.BeginMs,
        EndTime = recognized.IsFinal ? recognized.EndMs : null,
        Text = recognized.Text,
        ChannelId = 0,
        SentenceEnd = recognized.IsFinal,
        EmoTag = recognized.Emotion,
        EmoConfidence = recognized.EmotionConfidence is { } confidence ? Math.Round(confidence, 3) : null,
        Stash = recognized.Stash is { } stash ? ToStash(stash) : null,
    };

    /// <summary>The task's audio so far in whole seconds, rounded up; only finals carry it.</summary>
    public static Usage? ToUsage(RecognizedSentence recognized) =>
        recognized.IsFinal ? new Usage((int)Math.Min(int.MaxValue, (recognized.AudioMs + 999) / 1000)) : null;

    private static Stash ToStash(RecognizedSentence stash) => new()
    {
        SentenceId = stash.Id,
        BeginTime = stash.BeginMs,
        CurrentTime = stash.AudioMs,
        Text = stash.Text,
        Words = ToWords(stash),
    };

    private static Word[] ToWords(RecognizedSentence recognized)
    {
        var source = new RecognizedWords(recognized);
        var words = new Word[source.Count];
        for (int i = 0; i < words.Length; i++)
        {
            WordFields word = source[i];
            words[i] = new Word { BeginTime = word.BeginTime, EndTime = word.EndTime, Text = word.Text, Punctuation = word.Punctuation, Fixed = word.IsFixed };
        }

        return words;
    }
}

/// <summary>A sentence's words as they go on the wire.</summary>
internal readonly struct RecognizedWords(RecognizedSentence recognized) : IWordSource
{
    public int Count => recognized.Words.Count;

    public WordFields this[int index]
    {
        get
        {
            RecognizedWord word = recognized.Words[index];
            return new WordFields(word.BeginMs, word.EndMs, word.Text, word.Punctuation, recognized.IsFinal || word.IsFixed, SpeakerId: null);
        }
    }
}
