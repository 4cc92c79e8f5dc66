using CsCheck;
using Paraformer.Engine.Endpointing;

namespace Paraformer.Engine.Tests.Endpointing;

public sealed class EndpointerTests
{
    private const int Window = 512;
    private const int Rate = 16000;

    [Fact]
    public void An_utterance_ends_after_the_allowed_silence_and_no_earlier()
    {
        // 10 windows of speech, then silence: 800 ms are 25 windows of 32 ms.
        List<(EndpointEvent Event, int Window)> events = Run([.. Enumerable.Repeat(0.9f, 10), .. Enumerable.Repeat(0.01f, 40)], new EndpointingOptions());
        Assert.Equal([(EndpointEvent.Begin, 0), (EndpointEvent.End, 34)], events);
    }

    [Fact]
    public void A_shorter_pause_does_not_end_it()
    {
        float[] row = [.. Enumerable.Repeat(0.9f, 10), .. Enumerable.Repeat(0.01f, 24), .. Enumerable.Repeat(0.9f, 10)];
        Assert.Equal([(EndpointEvent.Begin, 0)], Run(row, new EndpointingOptions()));
    }

    [Fact]
    public void A_faint_onset_opens_but_is_not_speech()
    {
        var endpointer = new Endpointer(new EndpointingOptions(), Rate);
        Assert.Equal(EndpointEvent.Begin, endpointer.Accept(0.35f, 0, Window));
        Assert.False(endpointer.HeardSpeech);
        endpointer.Accept(0.6f, Window, 2 * Window);
        Assert.True(endpointer.HeardSpeech);
    }

    [Fact]
    public void Endless_speech_is_cut_at_a_pause_once_long_and_at_the_limit_without_one()
    {
        var options = new EndpointingOptions { LongUtteranceMs = 1000, LongPauseMs = 150, MaxUtteranceMs = 3000 };
        float[] paused = [.. Enumerable.Repeat(0.9f, 40), .. Enumerable.Repeat(0f, 5), .. Enumerable.Repeat(0.9f, 20)];
        Assert.Equal((EndpointEvent.End, 44), Run(paused, options)[1]);
        Assert.Equal((EndpointEvent.End, 93), Run([.. Enumerable.Repeat(0.9f, 200)], options)[1]);
    }

    [Theory]
    [InlineData(5, 25)]
    [InlineData(14, 17)]
    [InlineData(25, 7)]
    public void With_several_thresholds_the_allowed_silence_shrinks_as_the_sentence_grows(int seconds, int silentWindows)
    {
        int spoken = seconds * Rate / Window;
        float[] row = [.. Enumerable.Repeat(0.9f, spoken), .. Enumerable.Repeat(0f, 40)];

        (EndpointEvent happened, int window) = Run(row, new EndpointingOptions { MultiThreshold = true })[1];

        Assert.Equal(EndpointEvent.End, happened);
        Assert.InRange(window, spoken + silentWindows - 4, spoken + silentWindows);
    }

    [Fact]
    public void Begins_and_ends_take_turns_for_any_probabilities() =>
        Gen.Float[0, 1].Array[0, 400].Sample(row =>
        {
            EndpointEvent expected = EndpointEvent.Begin;
            foreach ((EndpointEvent happened, _) in Run(row, new EndpointingOptions { MaxSentenceSilenceMs = 200 }))
            {
                Assert.Equal(expected, happened);
                expected = expected == EndpointEvent.Begin ? EndpointEvent.End : EndpointEvent.Begin;
            }
        });

    private static List<(EndpointEvent Event, int Window)> Run(float[] row, EndpointingOptions options)
    {
        var endpointer = new Endpointer(options, Rate);
        return [.. row.Select((p, i) => (Event: endpointer.Accept(p, (long)i * Window, (i + 1L) * Window), Window: i)).Where(e => e.Event != EndpointEvent.None)];
    }
}
