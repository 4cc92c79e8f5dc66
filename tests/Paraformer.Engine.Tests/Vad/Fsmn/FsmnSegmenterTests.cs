using CsCheck;
using Paraformer.Engine.Vad.Fsmn;

namespace Paraformer.Engine.Tests.Vad.Fsmn;

public sealed class FsmnSegmenterTests
{
    [Fact]
    public void A_segment_has_room_before_speech_and_a_little_silence_behind_it()
    {
        // 1 s of silence, 1 s of speech, 1.5 s of silence.
        float[] silence = [.. Enumerable.Repeat(1f, 100), .. Enumerable.Repeat(0f, 100), .. Enumerable.Repeat(1f, 150)];
        List<SegmentPart> segments = [];
        var segmenter = new FsmnSegmenter(new FsmnSegmenterOptions());
        segmenter.Accept(silence, segments);

        // The window has 15 frames of speech at frame 114 and begins 40 before it; it falls back to 15 of 20 at frame 204, and the 65th
        // frame of silence after that is 269, 54 of which go back.
        Assert.Equal([new SegmentPart(740, 2160)], segments);
    }

    [Fact]
    public void A_segment_that_is_too_long_is_cut_and_goes_on_without_a_gap()
    {
        List<SegmentPart> segments = [];
        var segmenter = new FsmnSegmenter(new FsmnSegmenterOptions { MaxSegmentMs = 2000 });
        segmenter.Accept(Enumerable.Repeat(0f, 500), segments);
        segmenter.Finish(segments);
        Assert.Equal(0, segments[0].BeginMs);
        Assert.Equal(2010, segments[0].EndMs);
        Assert.Equal(2010, segments[1].BeginMs);
        Assert.Equal(5000, segments.Max(s => s.EndMs));
    }

    [Fact]
    public void Segments_are_in_order_apart_and_the_same_for_any_pieces() =>
        Gen.Select(Gen.Int[0, 3].Select(i => i == 0 ? 0.9f : i == 1 ? 0.3f : 0.05f).Array[1, 400], Gen.Int[1, 60]).Sample((silence, piece) =>
        {
            List<SegmentPart> whole = Run(silence, silence.Length);
            List<SegmentPart> pieces = Run(silence, piece);
            long end = 0;
            foreach (SegmentPart segment in whole)
            {
                Assert.InRange(segment.BeginMs, end, segment.EndMs - 10);
                end = segment.EndMs;
            }

            Assert.True(end <= silence.Length * 10L);
            Assert.Equal(whole, pieces);
        });

    private static List<SegmentPart> Run(float[] silence, int piece)
    {
        var segmenter = new FsmnSegmenter(new FsmnSegmenterOptions { MaxEndSilenceMs = 300 });
        List<SegmentPart> joined = [];
        List<SegmentPart> parts = [];
        foreach (float[] frames in silence.Chunk(piece))
        {
            segmenter.Accept(frames, parts);
        }

        segmenter.Finish(parts);
        foreach (SegmentPart part in parts)
        {
            if (part.BeginMs >= 0)
            {
                joined.Add(part);
            }
            else
            {
                joined[^1] = joined[^1] with { EndMs = part.EndMs };
            }
        }

        return joined;
    }
}
