using System.ComponentModel;
using System.Diagnostics;
using Paraformer.Cli.Terminal;

namespace Paraformer.Cli.Probing;

/// <summary>The program ffmpeg, which reads what none of the seven formats is.</summary>
internal static class Ffmpeg
{
    // Containers of sound and film. Playlists are not among them: they make ffmpeg read other files.
    private const string Containers = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,flac,ogg,avi,asf,caf,au,w64,aiff,wav,mp3,aac,amr,amrnb,amrwb,mpegts,mpeg,flv,ac3,eac3,ape,wv,tta,mpc,mpc8";

    /// <summary>Where it is; null where it is not installed.</summary>
    public static string? Find(CliConsole console)
    {
        string name = OperatingSystem.IsWindows() ? "ffmpeg.exe" : "ffmpeg";
        return (console.Variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>Begins to convert to 16-bit mono samples without a header.</summary>
    /// <param name="program">What <see cref="Find"/> found.</param>
    /// <param name="path">The file; null for <paramref name="input"/>.</param>
    /// <param name="input">What goes into its standard input where there is no path.</param>
    /// <param name="sampleRate">Samples per second of the result.</param>
    /// <exception cref="IOException">The program cannot be started.</exception>
    public static Stream Convert(string program, string? path, Stream? input, int sampleRate)
    {
        string[] arguments =
        [
            "-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", "-format_whitelist", Containers, "-i", path is null ? "pipe:0" : "file:" + path,
            "-map", "0:a:0", "-ac", "1", "-ar", sampleRate.ToString(System.Globalization.CultureInfo.InvariantCulture), "-f", "s16le", "pipe:1",
        ];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            return new FfmpegStream(Process.Start(start)!, input);
        }
        catch (Win32Exception e)
        {
            throw new IOException("ffmpeg cannot be started: " + e.Message, e);
        }
    }

    /// <summary>The command that makes a file fit, ready for a shell.</summary>
    /// <param name="name">The file's name as given; a pipe's is <c>standard input</c>.</param>
    /// <param name="sampleRate">Samples per second of the result.</param>
    public static string Command(string name, int sampleRate)
    {
        bool isPipe = name == "standard input";
        string output = isPipe ? "speech.wav" : Path.GetFileNameWithoutExtension(name) + $"-{sampleRate / 1000}k.wav";

        // A name that begins with a dash would be read as an option, one with a colon as a protocol.
        string input = isPipe ? "-" : name.StartsWith('-') || name.Contains(':', StringComparison.Ordinal) ? "file:" + name : name;
        return $"ffmpeg -i {Quote(input)} -map 0:a:0 -ac 1 -ar {sampleRate} -c:a pcm_s16le {Quote(output.StartsWith('-') ? "./" + output : output)}";
    }

    private static string Quote(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' or ':' or '+' or ',' or '=')
            ? text
            : "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
