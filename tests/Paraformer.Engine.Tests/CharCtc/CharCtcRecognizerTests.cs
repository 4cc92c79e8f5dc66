using Paraformer.Testing;

namespace Paraformer.Engine.Tests.CharCtc;

/// <summary>Real Mandarin through the real network and language model.</summary>
public sealed class CharCtcRecognizerTests(CharCtcFixture fixture)
{
    [Fact]
    public void The_character_error_rate_stays_below_21_percent()
    {
        IReadOnlyList<Clip> clips = MandarinClips.Require();
        int errors = clips.Sum(clip => MandarinClips.Distance(clip.Text, CharCtcFixture.Text(fixture.Recognize(clip))));
        int characters = clips.Sum(clip => clip.Text.Length);

        // Measured: 98 of 525; the network's best classes alone give 132.
        Assert.InRange((double)errors / characters, 0, 0.21);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(333)]
    [InlineData(16000)]
    public void Words_do_not_depend_on_the_pieces(int piece)
    {
        Clip clip = MandarinClips.Require()[5];
        Assert.Equal(fixture.Recognize(clip, int.MaxValue / 2), fixture.Recognize(clip, piece));
    }

    [Fact]
    public void Words_are_in_order_and_inside_the_audio()
    {
        foreach (Clip clip in MandarinClips.Require().Take(12))
        {
            long end = 0;
            long samples = WaveFile.Read16BitMono(clip.Path).Length;
            foreach (WordHypothesis word in fixture.Recognize(clip))
            {
                Assert.InRange(word.BeginSample, end, word.EndSample);
                Assert.InRange(word.EndSample, word.BeginSample, samples);
                Assert.InRange(word.Confidence, 0, 1);
                end = word.EndSample;
            }
        }
    }

    [Fact]
    public void A_word_stands_in_a_partial_within_600_ms_of_its_end()
    {
        Clip clip = MandarinClips.Require().First(c => c.Text == "我要增加亮度" && CharCtcFixture.Text(fixture.Recognize(c)) == c.Text);
        WordHypothesis[] words = [.. fixture.Recognize(clip)];
        using IStreamingRecognizer recognizer = fixture.Model.CreateRecognizer(RecognizerOptions.Default);
        float[] samples = WaveFile.Read16BitMono(clip.Path);
        int heard = 0;
        string expected = "";
        foreach (WordHypothesis word in words)
        {
            expected += word.Text;
            int until = (int)Math.Min(samples.Length, word.EndSample + 9600);
            recognizer.Accept(samples.AsSpan(heard, until - heard));
            heard = until;
            Assert.StartsWith(expected, CharCtcFixture.Text(recognizer.Partial()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_utterance_knows_nothing_of_the_one_before()
    {
        IReadOnlyList<Clip> clips = MandarinClips.Require();
        using IStreamingRecognizer recognizer = fixture.Model.CreateRecognizer(RecognizerOptions.Default);
        float[] first = WaveFile.Read16BitMono(clips[0].Path);
        recognizer.Accept(first);
        recognizer.EndUtterance();
        recognizer.Accept(WaveFile.Read16BitMono(clips[5].Path));
        IEnumerable<WordHypothesis> second = recognizer.EndStream()
            .Select(w => w with { BeginSample = w.BeginSample - first.Length, EndSample = w.EndSample - first.Length });
        Assert.Equal(fixture.Recognize(clips[5]), second);
    }

    [Fact]
    public void Silence_gives_no_word()
    {
        Packs.Require("zh-char-ctc");
        Packs.Require("lm-zh");
        using IStreamingRecognizer recognizer = fixture.Model.CreateRecognizer(RecognizerOptions.Default);
        recognizer.Accept(new float[32000]);
        Assert.Empty(recognizer.Partial());
        Assert.Empty(recognizer.EndUtterance());
    }
}
