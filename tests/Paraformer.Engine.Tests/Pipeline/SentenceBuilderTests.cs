using CsCheck;
using Paraformer.Engine.Pipeline;

namespace Paraformer.Engine.Tests.Pipeline;

public sealed class SentenceBuilderTests
{
    private static readonly Gen<WordHypothesis> s_word = Gen.Select(
        Gen.Int[0, 3].Select(i => ((string[])["a", "word", "<unk>", ""])[i]), Gen.Long[-50_000, 200_000], Gen.Long[-50_000, 200_000], (text, begin, end) => new WordHypothesis(text, begin, end, 1));

    [Fact]
    public void Whatever_the_recogniser_says_times_are_in_order_and_inside_the_audio() =>
        s_word.Array[0, 8].Array[1, 6].Sample(utterances =>
        {
            var builder = new SentenceBuilder(16000);
            long end = 0, heard = 0;
            int id = 1;
            foreach (WordHypothesis[] words in utterances)
            {
                heard += 32_000;
                RecognizedSentence? sentence = builder.Build(words, 1000, heard, isFinal: true);
                if (sentence is null)
                {
                    Assert.DoesNotContain(words, w => w.Text is "a" or "word");
                    continue;
                }

                Assert.Equal(id++, sentence.Id);
                foreach (RecognizedWord word in sentence.Words)
                {
                    Assert.InRange(word.BeginMs, end, word.EndMs);
                    Assert.True(word.EndMs <= heard / 16);
                    end = word.EndMs;
                }

                Assert.Equal(sentence.EndMs, end);
            }
        });

    [Fact]
    public void A_partial_does_not_use_up_a_number()
    {
        var builder = new SentenceBuilder(16000);
        WordHypothesis[] words = [new("hello", 0, 1600, 1)];
        Assert.Equal(1, builder.Build(words, 0, 16000, isFinal: false)!.Id);
        Assert.Equal(1, builder.Build(words, 0, 16000, isFinal: true)!.Id);
        Assert.Equal(2, builder.Build(words, 16000, 32000, isFinal: true)!.Id);
    }
}
