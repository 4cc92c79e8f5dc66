using CsCheck;
using Paraformer.Engine.Pipeline;
using Paraformer.Engine.Text;

namespace Paraformer.Engine.Tests.Pipeline;

public sealed class SentenceAssemblerTests
{
    private static readonly TextOptions s_raw = new() { Punctuation = false, InverseTextNormalization = false };

    private static readonly Gen<WordHypothesis> s_word = Gen.Select(
        Gen.Int[0, 4].Select(i => ((string[])["a", "word", "end_", "<unk>", ""])[i]),
        Gen.Long[-50_000, 200_000],
        Gen.Long[-50_000, 200_000],
        (text, begin, end) => new WordHypothesis(text, begin, end, 1));

    [Fact]
    public void Whatever_the_recogniser_says_times_are_in_order_and_inside_the_audio() =>
        Gen.Select(s_word.Array[0, 8].Array[1, 6], Gen.Bool, Gen.Bool).Sample((utterances, semantic, punctuation) =>
        {
            var assembler = new SentenceAssembler(
                16000, new TextFormatter(new MarkedWords()), new SentenceOptions { Text = s_raw with { Punctuation = punctuation }, Semantic = semantic });
            var sentences = new List<RecognizedSentence>();
            long heard = 0;
            foreach (WordHypothesis[] words in utterances)
            {
                heard += 32_000;
                if (assembler.Partial(words, null, 1000, heard) is { } partial)
                {
                    Assert.Equal(sentences.Count + 1, partial.Id);
                    Assert.Equal(partial.Stash?.Id ?? partial.Id + 1, partial.Id + 1);
                }

                assembler.EndUtterance(words, null, 1000, heard, sentences);
            }

            assembler.Flush(heard, sentences);

            Assert.False(assembler.IsWaiting);
            long end = 0;
            foreach ((int index, RecognizedSentence sentence) in sentences.Index())
            {
                Assert.Equal(index + 1, sentence.Id);
                foreach (RecognizedWord word in sentence.Words)
                {
                    Assert.InRange(word.BeginMs, end, word.EndMs);
                    Assert.True(word.EndMs <= heard / 16);
                    end = word.EndMs;
                }

                Assert.Equal((sentence.Words[0].BeginMs, sentence.Words[^1].EndMs), (sentence.BeginMs, sentence.EndMs));
            }

            Assert.Equal(
                utterances.SelectMany(u => u).Select(w => w.Text).Where(t => t.Length > 0 && t[0] != '<').Select(t => punctuation ? t.TrimEnd('_') : t),
                sentences.SelectMany(s => s.Words).Select(w => w.Text));
        });

    [Fact]
    public void A_partial_does_not_use_up_a_number()
    {
        SentenceAssembler assembler = Create(semantic: false);
        var sentences = new List<RecognizedSentence>();

        Assert.Equal(1, assembler.Partial(Say("hello"), null, 0, 16000)!.Id);
        assembler.EndUtterance(Say("hello"), null, 0, 16000, sentences);
        assembler.EndUtterance(Say("again"), null, 16000, 32000, sentences);

        Assert.Equal([1, 2], sentences.Select(s => s.Id));
    }

    [Fact]
    public void By_silence_an_utterance_is_a_sentence_whatever_it_means()
    {
        List<RecognizedSentence> sentences = Run(semantic: false, "one end_ two", "three");

        Assert.Equal(["one end. two", "three"], sentences.Select(s => s.Text));
    }

    [Fact]
    public void By_meaning_a_sentence_may_span_utterances_and_an_utterance_several_sentences()
    {
        List<RecognizedSentence> sentences = Run(semantic: true, "one two", "three_ four_ five", "six_");

        Assert.Equal(["one two three.", "four.", "five six."], sentences.Select(s => s.Text));
        Assert.Equal([1, 2, 3], sentences.Select(s => s.Id));
    }

    [Fact]
    public void By_meaning_a_partial_shows_the_next_sentence_as_its_stash()
    {
        SentenceAssembler assembler = Create(semantic: true);

        RecognizedSentence partial = assembler.Partial(Say("one two_ three four"), null, 0, 160_000)!;

        Assert.Equal(("one two.", 1, false), (partial.Text, partial.Id, partial.IsFinal));
        Assert.Equal(("three four", 2), (partial.Stash!.Text, partial.Stash.Id));
        Assert.True(partial.Stash.BeginMs >= partial.EndMs);
    }

    [Fact]
    public void Words_whose_sentence_has_not_ended_wait_and_are_not_lost()
    {
        SentenceAssembler assembler = Create(semantic: true);
        var sentences = new List<RecognizedSentence>();

        assembler.EndUtterance(Say("never ending"), null, 0, 160_000, sentences);
        Assert.Empty(sentences);
        Assert.True(assembler.IsWaiting);
        Assert.Equal("never ending story", assembler.Partial(Say("story"), null, 80_000, 160_000)!.Text);

        assembler.Flush(160_000, sentences);
        Assert.Equal("never ending", Assert.Single(sentences).Text);
    }

    [Fact]
    public void A_sentence_that_nothing_ends_is_ended_by_its_length()
    {
        SentenceAssembler assembler = new(
            16000, new TextFormatter(new MarkedWords()), new SentenceOptions { Semantic = true, MaxSentenceWords = 10 });
        var sentences = new List<RecognizedSentence>();

        assembler.EndUtterance(Say(string.Join(' ', Enumerable.Repeat("word", 35))), null, 0, 1_600_000, sentences);
        assembler.Flush(1_600_000, sentences);

        Assert.Equal([10, 10, 10, 5], sentences.Select(s => s.Words.Count));
    }

    private static SentenceAssembler Create(bool semantic) => new(16000, new TextFormatter(new MarkedWords()), new SentenceOptions { Semantic = semantic });

    private static List<RecognizedSentence> Run(bool semantic, params string[] utterances)
    {
        SentenceAssembler assembler = Create(semantic);
        var sentences = new List<RecognizedSentence>();
        long heard = 0;
        foreach (string utterance in utterances)
        {
            WordHypothesis[] words = Say(utterance);
            assembler.EndUtterance(words, null, heard, heard + 160_000, sentences);
            heard += 160_000;
        }

        assembler.Flush(heard, sentences);
        return sentences;
    }

    private static WordHypothesis[] Say(string text) =>
        [.. text.Split(' ').Select((word, i) => new WordHypothesis(word, i * 3200, (i + 1) * 3200, 1))];
}
