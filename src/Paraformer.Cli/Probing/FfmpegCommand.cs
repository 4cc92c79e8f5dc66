namespace Paraformer.Cli.Probing;

/// <summary>The ffmpeg command that makes a file fit a statement, ready for a shell.</summary>
internal static class FfmpegCommand
{
    private static readonly int[] MpegRates = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000];

    /// <summary>Makes it.</summary>
    /// <param name="name">The file's name as given; a pipe's is <c>standard input</c>.</param>
    /// <param name="sampleRate">Samples per second of the result.</param>
    /// <param name="format">The format of the result. Where it does not know the rate, the result is a WAV file.</param>
    public static string For(string name, int sampleRate, string format = "wav")
    {
        (string extension, string arguments) = format switch
        {
            "pcm" => (".pcm", "-c:a pcm_s16le -f s16le"),
            "mp3" when MpegRates.Contains(sampleRate) => (".mp3", "-c:a libmp3lame"),
            "aac" when MpegRates.Contains(sampleRate) => (".aac", "-c:a aac -f adts"),
            "opus" when sampleRate is 8000 or 12000 or 16000 or 24000 or 48000 => (".opus", "-c:a libopus -f ogg"),
            "speex" when sampleRate is 8000 or 16000 or 32000 => (".spx", "-c:a libspeex -f ogg"),
            "amr" when sampleRate == 8000 => (".amr", "-c:a libopencore_amrnb -b:a 12.2k -f amr"),
            _ => (".wav", "-c:a pcm_s16le"),
        };
        bool isPipe = name == "standard input";
        string output = isPipe ? "speech" + extension : Path.GetFileNameWithoutExtension(name) + $"-{sampleRate / 1000}k{extension}";

        // A name that begins with a dash would be read as an option, one with a colon as a protocol.
        string input = isPipe ? "-" : name.StartsWith('-') || name.Contains(':', StringComparison.Ordinal) ? "file:" + name : name;
        string target = output.StartsWith('-') ? "./" + output : output.Contains(':', StringComparison.Ordinal) ? "file:" + output : output;
        return $"ffmpeg -i {Quote(input)} -map 0:a:0 -ac 1 -ar {sampleRate} {arguments} {Quote(target)}";
    }

    private static string Quote(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' or ':' or '+' or ',' or '=')
            ? text
            : "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
