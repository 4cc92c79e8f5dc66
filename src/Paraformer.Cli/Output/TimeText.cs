using System.Globalization;

namespace Paraformer.Cli.Output;

/// <summary>Times as subtitles and captions write them. Negative times count as zero.</summary>
internal static class TimeText
{
    /// <summary><c>HH:MM:SS,mmm</c>; hours grow beyond two digits where they must.</summary>
    public static string Srt(long milliseconds) => Long(milliseconds, ',');

    /// <summary><c>HH:MM:SS.mmm</c>; hours grow beyond two digits where they must.</summary>
    public static string Vtt(long milliseconds) => Long(milliseconds, '.');

    /// <summary><c>MM:SS.cc</c>, or <c>H:MM:SS.cc</c> from one hour on; hundredths are cut, not rounded.</summary>
    public static string Caption(long milliseconds)
    {
        (long hours, int minutes, int seconds, int rest) = Split(milliseconds);
        return hours == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{minutes:00}:{seconds:00}.{rest / 10:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{hours}:{minutes:00}:{seconds:00}.{rest / 10:00}");
    }

    /// <summary><c>[00:01.23 → 00:04.56]</c>.</summary>
    public static string Span(long beginMs, long endMs) => $"[{Caption(beginMs)} → {Caption(endMs)}]";

    /// <summary><c>M:SS</c>, or <c>H:MM:SS</c> from one hour on.</summary>
    public static string Clock(long milliseconds)
    {
        (long hours, int minutes, int seconds, _) = Split(milliseconds);
        return hours == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{minutes}:{seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{hours}:{minutes:00}:{seconds:00}");
    }

    private static string Long(long milliseconds, char separator)
    {
        (long hours, int minutes, int seconds, int rest) = Split(milliseconds);
        return string.Create(CultureInfo.InvariantCulture, $"{hours:00}:{minutes:00}:{seconds:00}{separator}{rest:000}");
    }

    private static (long Hours, int Minutes, int Seconds, int Milliseconds) Split(long milliseconds)
    {
        long ms = Math.Max(0, milliseconds);
        return (ms / 3_600_000, (int)(ms / 60_000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
    }
}
