using System.ComponentModel;
using System.Diagnostics;
using Paraformer.Cli.Terminal;

namespace Paraformer.Cli.Probing;

/// <summary>The program ffmpeg, which reads what none of the seven formats is.</summary>
internal static class Ffmpeg
{
    // Containers of sound and film. Playlists are not among them: they make ffmpeg read other files.
    private const string Containers = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,flac,ogg,avi,asf,caf,au,w64,aiff,wav,mp3,aac,amr,amrnb,amrwb,mpegts,mpeg,flv,ac3,eac3,ape,wv,tta,mpc,mpc8,voc,nut,loas,dsf,rm,dv,sox,mxf,wtv";

    // A recording that begins later than the picture keeps its time, and so do the words of one with gaps.
    private const string KeepTime = "aresample=async=1:first_pts=0";

    /// <summary>Arguments that keep it from reading anything but the file itself.</summary>
    public static IReadOnlyList<string> Restrictions { get; } = ["-protocol_whitelist", "file,pipe", "-format_whitelist", Containers];

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
            "-v", "error", "-nostdin", .. Restrictions, "-i", path is null ? "pipe:0" : "file:" + path,
            "-map", "0:a:0", "-af", KeepTime, "-ac", "1", "-ar", sampleRate.ToString(System.Globalization.CultureInfo.InvariantCulture), "-f", "s16le", "pipe:1",
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
}
