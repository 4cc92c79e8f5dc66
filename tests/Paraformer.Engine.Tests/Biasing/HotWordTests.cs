using Paraformer.Engine.Tests.CharCtc;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Biasing;

/// <summary>Hot words on real Mandarin: names that the language model hardly knows, and an English word.</summary>
public sealed class HotWordTests(CharCtcFixture fixture)
{
    private static readonly string[] s_names = ["漳州", "如家", "瑞宝分理处", "八角岭", "贝贝牛", "生态板", "临沂", "三里屯", "导航", "apple"];

    private static HotWord[] Names => [.. s_names.Select(name => new HotWord(name, 4))];

    [Fact]
    public void Hot_words_are_found_more_often_and_not_where_they_are_not()
    {
        (int plain, int plainFalse, int spoken) = Count([]);
        (int biased, int biasedFalse, _) = Count(Names);
        TestContext.Current.TestOutputHelper?.WriteLine($"{spoken} spoken, {plain} found without, {biased} with; inserted {plainFalse} without, {biasedFalse} with");

        Assert.True(biased >= plain + 10, $"{plain} of {spoken} without hot words, {biased} with");
        Assert.InRange(biasedFalse - plainFalse, 0, 4);
    }

    [Fact]
    public void A_hot_word_stands_in_a_partial_before_the_utterance_ends()
    {
        int finals = 0, before = 0;
        foreach (Clip clip in MandarinClips.Require())
        {
            string? name = s_names.FirstOrDefault(n => clip.Text.StartsWith(n, StringComparison.Ordinal) && clip.Text.Length > n.Length + 1);
            if (name is null || !CharCtcFixture.Text(fixture.Recognize(clip, hotWords: Names)).Contains(name, StringComparison.Ordinal))
            {
                continue;
            }

            finals++;
            before += StandsInPartial(clip, name) ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{before} of {finals} in a partial");
        Assert.True(finals >= 5);
        Assert.True(before >= finals * 9 / 10, $"{before} of {finals}");
    }

    [Fact]
    public void Words_that_nobody_says_hardly_change_a_thing()
    {
        string[] others = ["阿里巴巴", "语音识别", "人工智能", "钱塘江", "西湖", "余杭区", "灵隐寺", "雷峰塔", "断桥残雪", "三潭印月"];
        HotWord[] hotWords = [.. others.Select(word => new HotWord(word, 4))];
        Assert.All(
            MandarinClips.Require().Take(20),
            clip => Assert.DoesNotContain(others, word => CharCtcFixture.Text(fixture.Recognize(clip, hotWords: hotWords)).Contains(word, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Streams_with_the_same_list_do_not_disturb_one_another()
    {
        List<Clip> clips = [.. MandarinClips.Require().Take(4)];
        List<string> alone = [.. clips.Select(clip => CharCtcFixture.Text(fixture.Recognize(clip, hotWords: Names)))];
        string[] together = await Task.WhenAll(clips.Select(clip => Task.Run(() => CharCtcFixture.Text(fixture.Recognize(clip, hotWords: Names)))));
        Assert.Equal(alone, together);
    }

    [Fact]
    public void A_negative_weight_drives_a_word_out()
    {
        Clip clip = MandarinClips.Require().First(c => CharCtcFixture.Text(fixture.Recognize(c)).Contains("需要", StringComparison.Ordinal));
        Assert.DoesNotContain("需要", fixture.Recognize(clip, hotWords: new HotWord("需要", -6)).Select(w => w.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("Ωμέγα")]
    [InlineData("☃")]
    [InlineData("\ud800")]
    public void Words_that_cannot_be_spoken_are_left_out(string text)
    {
        Clip clip = MandarinClips.Require()[5];
        Assert.Equal(fixture.Recognize(clip), fixture.Recognize(clip, hotWords: new HotWord(text, 5)));
    }

    // Half a second behind the last word: the silence that ends an utterance is longer.
    private bool StandsInPartial(Clip clip, string name)
    {
        float[] samples = WaveFile.Read16BitMono(clip.Path);
        int end = (int)Math.Min(samples.Length, fixture.Recognize(clip, hotWords: Names)[^1].EndSample + 8000);
        using IStreamingRecognizer recognizer = fixture.Model.CreateRecognizer(new RecognizerOptions { HotWords = Names });
        recognizer.Accept(samples.AsSpan(0, end));
        return CharCtcFixture.Text(recognizer.Partial()).Contains(name, StringComparison.Ordinal);
    }

    private (int Found, int Inserted, int Spoken) Count(HotWord[] hotWords)
    {
        int found = 0, inserted = 0, spoken = 0;
        foreach (Clip clip in MandarinClips.Require())
        {
            string text = CharCtcFixture.Text(fixture.Recognize(clip, hotWords: hotWords));
            foreach (string name in s_names)
            {
                bool said = clip.Text.Contains(name, StringComparison.Ordinal);
                bool heard = text.Contains(name, StringComparison.Ordinal);
                spoken += said ? 1 : 0;
                found += said && heard ? 1 : 0;
                inserted += heard && !said ? 1 : 0;
            }
        }

        return (found, inserted, spoken);
    }
}
