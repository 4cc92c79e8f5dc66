using CsCheck;
using Paraformer.Engine.Text;

namespace Paraformer.Engine.Tests.Text.Punctuation;

public sealed class PunctuatorTests
{
    private static readonly string[] s_languages = ["zh", "yue", "ja", "en", "de", "fr", "ru", "ko"];
    private static readonly string[] s_samples =
    [
        "hello", "what", "is", "the", "monday", "i", "because", "你", "好", "吗", "我", "们", "今", "天", "是", "です", "か", "und", "ich", "что", "и", "합니다", "пошёл", "oui", "est-ce",
    ];

    [Theory]
    [InlineData("en", 0.79, 0.84)]
    [InlineData("zh", 0.63, 0.73)]
    public void Marks_of_careful_writing_come_back(string language, double marks, double ends)
    {
        int hit = 0, wrong = 0, missed = 0, endHit = 0, endWrong = 0, endMissed = 0;
        foreach ((List<string> words, List<string> expected) in CleanSentences.Paragraphs(language))
        {
            PunctuatedWord[] result = Run(words.ConvertAll(word => word.ToLowerInvariant()), language);
            for (int i = 0; i < words.Count; i++)
            {
                Count(expected[i], result[i].Punctuation, ref hit, ref wrong, ref missed);
                Count(IsEnd(expected[i]) ? "." : string.Empty, IsEnd(result[i].Punctuation) ? "." : string.Empty, ref endHit, ref endWrong, ref endMissed);
            }
        }

        double f1 = F1(hit, wrong, missed), endF1 = F1(endHit, endWrong, endMissed);
        TestContext.Current.TestOutputHelper?.WriteLine($"{language}: marks {f1:0.000}, sentence ends {endF1:0.000}");
        Assert.True(f1 >= marks, $"{language}: F1 of all marks {f1:0.000}");
        Assert.True(endF1 >= ends, $"{language}: F1 of sentence ends {endF1:0.000}");
    }

    [Fact]
    public void English_casing_comes_back()
    {
        int right = 0, all = 0;
        foreach ((List<string> words, _) in CleanSentences.Paragraphs("en"))
        {
            PunctuatedWord[] result = Run(words.ConvertAll(word => word.ToLowerInvariant()), "en");
            right += words.Where((word, i) => word == result[i].Text).Count();
            all += words.Count;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"casing {(double)right / all:0.000}");
        Assert.True(right >= all * 0.95, $"{right} of {all} words");
    }

    [Fact]
    public void Marks_and_casing_once_settled_never_change_when_words_follow() =>
        Gen.Select(Gen.Int[0, s_languages.Length - 1].Select(i => s_languages[i]), Words, (language, words) => (language, words)).Sample(
            sample =>
            {
                string language = sample.language;
                int settled = 0;
                PunctuatedWord[] before = [];
                for (int count = 1; count <= sample.words.Length; count += 3)
                {
                    PunctuatedWord[] now = Run(sample.words[..count], language, isFinal: false);
                    for (int i = 0; i < settled; i++)
                    {
                        Assert.Equal(before[i].Text, now[i].Text);
                        Assert.Equal(before[i].Punctuation, now[i].Punctuation);
                        Assert.Equal(before[i].EndProbability, now[i].EndProbability, 0.001f);
                    }

                    before = now;
                    settled = Math.Max(0, count - Punctuator.Default.LookAhead(language));
                    Assert.Empty(now[^1].Punctuation);
                }
            },
            iter: 40);

    [Fact]
    public void Marks_of_a_partial_result_are_those_of_the_final_one()
    {
        foreach (string language in new[] { "en", "zh" })
        {
            foreach ((List<string> words, _) in CleanSentences.Paragraphs(language))
            {
                List<string> raw = words.ConvertAll(word => word.ToLowerInvariant());
                PunctuatedWord[] partial = Run(raw, language, isFinal: false);
                PunctuatedWord[] final = Run(raw, language);
                int settled = raw.Count - Punctuator.Default.LookAhead(language);
                for (int i = 0; i < settled; i++)
                {
                    Assert.Equal((final[i].Text, final[i].Punctuation), (partial[i].Text, partial[i].Punctuation));
                    Assert.Equal(final[i].EndProbability, partial[i].EndProbability, 0.001f);
                }
            }
        }
    }

    [Fact]
    public void A_stream_that_remembers_gets_what_one_gets_that_begins_anew() =>
        Gen.Select(Gen.Int[0, s_languages.Length - 1].Select(i => s_languages[i]), Words, Gen.Int[0, 70].Array[1, 12], Gen.Bool.Array[12]).Sample(
            (language, words, lengths, finals) =>
            {
                var memory = new PunctuationMemory();
                string[] said = [.. words];
                for (int step = 0; step < lengths.Length; step++)
                {
                    int count = Math.Min(said.Length, Math.Max(1, lengths[step]));
                    if (lengths[step] % 5 == 0)
                    {
                        // A recogniser may think again about what it said before.
                        said[lengths[step] % said.Length] = s_samples[lengths[step] % s_samples.Length];
                    }

                    var remembered = new PunctuatedWord[count];
                    Punctuator.Default.Punctuate(said[..count], language, remembered, finals[step], memory);
                    PunctuatedWord[] anew = Run(said[..count], language, finals[step]);
                    for (int i = 0; i < count; i++)
                    {
                        Assert.Equal(anew[i].Text, remembered[i].Text);
                        Assert.Equal(anew[i].Punctuation, remembered[i].Punctuation);
                        Assert.Equal(anew[i].EndProbability, remembered[i].EndProbability, 0.001f);
                    }
                }
            },
            iter: 200);

    [Theory]
    [InlineData("en", ".")]
    [InlineData("zh", "。")]
    [InlineData("ja", "。")]
    [InlineData("ko", ".")]
    public void A_final_text_always_ends_a_sentence(string language, string stop) =>
        Words.Sample(words =>
        {
            PunctuatedWord last = Run(words, language)[^1];
            Assert.Contains(last.Punctuation, new[] { stop, stop == "。" ? "？" : "?" });
            Assert.InRange(last.EndProbability, 0, 1.001f);
        }, iter: 40);

    [Fact]
    public void Words_are_neither_lost_nor_altered_but_for_casing() =>
        Gen.Select(Gen.Int[0, s_languages.Length - 1].Select(i => s_languages[i]), Words, (language, words) => (language, words)).Sample(
            sample => Assert.Equal(sample.words.Select(word => word.ToUpperInvariant()), Run(sample.words, sample.language).Select(word => word.Text.ToUpperInvariant())), iter: 200);

    [Fact]
    public void Finished_text_stays_as_it_is()
    {
        foreach (string language in new[] { "en", "zh" })
        {
            foreach (string line in CleanSentences.Lines(language))
            {
                string[] words = language == "en" ? line.Split(' ') : [line];
                PunctuatedWord[] result = Run(words, language);
                Assert.Equal(words, result.Select(word => word.Text + word.Punctuation));
            }
        }
    }

    [Fact]
    public void What_was_punctuated_once_stays_when_punctuated_again()
    {
        foreach ((List<string> words, _) in CleanSentences.Paragraphs("en"))
        {
            string[] once = [.. Run(words.ConvertAll(word => word.ToLowerInvariant()), "en").Select(word => word.Text + word.Punctuation)];
            Assert.Equal(once, Run(once, "en").Select(word => word.Text + word.Punctuation));
        }
    }

    [Fact]
    public void Chinese_words_of_several_characters_get_the_marks_of_their_last_character()
    {
        string[] words = ["你", "觉得", "新的", "设计", "怎么样", "我", "喜欢", "这个", "颜色", "但是", "字", "太小", "了"];
        PunctuatedWord[] whole = Run(words, "zh");
        string[] characters = [.. string.Concat(words).Select(c => c.ToString())];
        PunctuatedWord[] single = Run(characters, "zh");
        int end = 0;
        for (int i = 0; i < words.Length; i++)
        {
            end += words[i].Length;
            Assert.Equal(single[end - 1].Punctuation, whole[i].Punctuation);
        }
    }

    [Fact]
    public void A_long_text_gives_the_same_as_its_pieces_would()
    {
        string[] words = [.. Enumerable.Repeat(CleanSentences.Paragraphs("en").SelectMany(paragraph => paragraph.Words), 2).SelectMany(all => all).Select(word => word.ToLowerInvariant())];
        Assert.True(words.Length > 1000);
        PunctuatedWord[] whole = Run(words, "en");
        PunctuatedWord[] start = Run(words[..400], "en", isFinal: false);
        Assert.Equal(start[..300].Select(word => (word.Text, word.Punctuation)), whole[..300].Select(word => (word.Text, word.Punctuation)));
    }

    [Fact]
    public async Task Many_threads_get_what_one_gets()
    {
        string[][] texts = [.. CleanSentences.Paragraphs("en").Select(paragraph => paragraph.Words.Select(word => word.ToLowerInvariant()).ToArray())];
        PunctuatedWord[][] expected = [.. texts.Select(words => Run(words, "en"))];
        await Parallel.ForAsync(0, 80, TestContext.Current.CancellationToken, (i, _) =>
        {
            Assert.Equal(expected[i % texts.Length], Run(texts[i % texts.Length], "en"));
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void The_English_pronoun_is_a_capital_letter_at_once() =>
        Assert.Equal(["And", "I", "I'm", "I've"], Run(["and", "i", "i'm", "i've"], "en-US", isFinal: false).Select(word => word.Text));

    [Theory]
    [InlineData("es")]
    [InlineData("")]
    public void Words_of_a_language_without_a_network_come_back_bare(string language)
    {
        PunctuatedWord[] result = Run(["hola", "amigo"], language);
        Assert.False(Punctuator.Default.Supports(language));
        Assert.Equal([new PunctuatedWord("hola", "", 0), new PunctuatedWord("amigo", "", 0)], result);
    }

    [Fact]
    public void Odd_words_do_no_harm() =>
        Gen.Select(Gen.Int[0, s_languages.Length - 1].Select(i => s_languages[i]), Gen.String.Array[0, 12], (language, words) => (language, words)).Sample(
            sample => Assert.Equal(sample.words.Length, Run(sample.words, sample.language).Length), iter: 300);

    [Fact]
    public void A_result_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => Punctuator.Default.Punctuate(["one"], "en", new PunctuatedWord[2], isFinal: true));

    private static Gen<string[]> Words { get; } =
        Gen.Int[0, s_samples.Length - 1].Select(i => s_samples[i]).Array[1, 60];

    private static PunctuatedWord[] Run(IReadOnlyList<string> words, string language, bool isFinal = true)
    {
        var result = new PunctuatedWord[words.Count];
        Punctuator.Default.Punctuate(words, language, result, isFinal);
        return result;
    }

    private static bool IsEnd(string mark) => mark is "." or "?" or "。" or "？";

    private static void Count(string expected, string actual, ref int hit, ref int wrong, ref int missed)
    {
        hit += expected.Length > 0 && expected == actual ? 1 : 0;
        wrong += actual.Length > 0 && expected != actual ? 1 : 0;
        missed += expected.Length > 0 && expected != actual ? 1 : 0;
    }

    private static double F1(int hit, int wrong, int missed) => 2.0 * hit / ((2 * hit) + wrong + missed);
}
