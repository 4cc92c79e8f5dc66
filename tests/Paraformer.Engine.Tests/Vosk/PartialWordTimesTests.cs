using CsCheck;
using Paraformer.Engine.Vosk;

namespace Paraformer.Engine.Tests.Vosk;

public sealed class PartialWordTimesTests
{
    [Fact]
    public void Known_times_are_taken_and_new_words_follow_them()
    {
        var times = new PartialWordTimes();
        IReadOnlyList<WordHypothesis> joined = times.Join(["good", "morning", "all"], [new("good", 1000, 4000, 1), new("morning", 4000, 12000, 1)], 24000);
        Assert.Equal((1000L, 4000L), (joined[0].BeginSample, joined[0].EndSample));
        Assert.Equal((4000L, 12000L), (joined[1].BeginSample, joined[1].EndSample));
        Assert.InRange(joined[2].BeginSample, 12000, joined[2].EndSample);
        Assert.InRange(joined[2].EndSample, 12000, 24000);
    }

    [Fact]
    public void A_word_that_the_lattice_sees_otherwise_lies_between_its_neighbours()
    {
        var times = new PartialWordTimes();
        IReadOnlyList<WordHypothesis> joined = times.Join(["a", "bull", "self"], [new("a", 0, 1600, 1), new("able", 1600, 8000, 1), new("self", 8000, 12000, 1)], 20000);
        Assert.InRange(joined[1].BeginSample, 1600, 8000);
        Assert.InRange(joined[1].EndSample, joined[1].BeginSample, 8000);
        Assert.Equal(8000, joined[2].BeginSample);
    }

    [Fact]
    public void New_words_never_lie_in_the_future_or_before_the_word_in_front() =>
        Gen.Int[0, 2].Select(i => ((string[])["a", "be", "see"])[i]).Array[0, 8].Array[1, 8].Sample(paths =>
        {
            var times = new PartialWordTimes();
            long now = 0;
            foreach (string[] path in paths)
            {
                now += 2048;
                long end = 0;
                foreach (WordHypothesis word in times.Join(path, [], now))
                {
                    Assert.InRange(word.BeginSample, end, word.EndSample);
                    Assert.InRange(word.EndSample, end, now);
                    end = word.EndSample;
                }
            }
        });
}
