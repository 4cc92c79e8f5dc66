using CsCheck;
using Paraformer.Engine.Features;

namespace Paraformer.Engine.Tests.Features;

public sealed class LowFrameRateTests
{
    [Theory]
    [InlineData(7, 6)]
    [InlineData(5, 3)]
    [InlineData(5, 1)]
    public void Windows_of_a_stream_are_those_of_the_whole_audio(int window, int shift) =>
        Gen.Select(Gen.Int[0, 90], Gen.Int[1, 30]).Sample((frames, piece) =>
        {
            List<int[]> expected = Whole(frames, window, shift);
            List<int[]> actual = Streamed(frames, piece, window, shift);
            Assert.Equal(expected, actual);
        });

    [Fact]
    public void The_first_chunk_of_600_ms_and_every_later_one_gives_ten_windows()
    {
        // 58 frames behind three copies, then 60 each.
        var stacker = new LowFrameRate(1, 7, 6);
        Assert.Equal(10, Add(stacker, 58));
        Assert.Equal(10, Add(stacker, 60));
        Assert.Equal(10, Add(stacker, 60));
    }

    private static int Add(LowFrameRate stacker, int count)
    {
        FrameBuffer frames = new(1), stacked = new(7);
        frames.AddRange(count).Clear();
        stacker.Accept(frames, stacked);
        return stacked.Count;
    }

    // By FunASR's rule for whole audio.
    private static List<int[]> Whole(int frames, int window, int shift) =>
        [.. Enumerable.Range(0, (frames + shift - 1) / shift)
            .Select(i => Enumerable.Range(0, window).Select(k => Math.Clamp((i * shift) + k - ((window - 1) / 2), 0, frames - 1)).ToArray())];

    private static List<int[]> Streamed(int count, int piece, int window, int shift)
    {
        var stacker = new LowFrameRate(1, window, shift);
        FrameBuffer frames = new(1), stacked = new(window);
        for (int i = 0; i < count; i += piece)
        {
            for (int k = i; k < Math.Min(count, i + piece); k++)
            {
                frames.Add([k]);
            }

            stacker.Accept(frames, stacked);
        }

        stacker.Finish(stacked);
        return [.. Enumerable.Range(0, stacked.Count).Select(i => stacked[i].ToArray().Select(v => (int)v).ToArray())];
    }
}
