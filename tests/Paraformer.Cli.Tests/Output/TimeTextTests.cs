using CsCheck;
using Paraformer.Cli.Output;

namespace Paraformer.Cli.Tests.Output;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData(0, "00:00:00,000")]
    [InlineData(1, "00:00:00,001")]
    [InlineData(61_234, "00:01:01,234")]
    [InlineData(3_599_999, "00:59:59,999")]
    [InlineData(3_600_000, "01:00:00,000")]
    [InlineData(360_000_000, "100:00:00,000")]
    [InlineData(-5, "00:00:00,000")]
    public void Subrip_times_have_hours_minutes_seconds_and_milliseconds(long milliseconds, string expected) => Assert.Equal(expected, TimeText.Srt(milliseconds));

    [Fact]
    public void Webvtt_times_have_a_point_before_the_milliseconds() => Assert.Equal("01:02:03.004", TimeText.Vtt(3_723_004));

    [Theory]
    [InlineData(1_239, "00:01.23")]
    [InlineData(65_000, "01:05.00")]
    [InlineData(3_600_000, "1:00:00.00")]
    public void Caption_times_cut_to_hundredths_and_show_hours_only_where_there_are_any(long milliseconds, string expected) => Assert.Equal(expected, TimeText.Caption(milliseconds));

    [Fact]
    public void A_span_has_both_times_in_brackets() => Assert.Equal("[00:01.23 → 00:04.56]", TimeText.Span(1230, 4560));

    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(59_999, "0:59")]
    [InlineData(600_000, "10:00")]
    [InlineData(3_661_000, "1:01:01")]
    public void Clock_times_are_whole_seconds(long milliseconds, string expected) => Assert.Equal(expected, TimeText.Clock(milliseconds));

    [Fact]
    public void Subrip_times_read_back_as_what_they_were() => Gen.Long[0, 86_399_999].Sample(ms =>
        (long)TimeSpan.ParseExact(TimeText.Srt(ms), @"hh\:mm\:ss\,fff", null).TotalMilliseconds == ms);
}
