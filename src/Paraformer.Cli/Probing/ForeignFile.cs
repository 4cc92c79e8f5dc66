using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Paraformer.Cli.Probing;

/// <summary>What ffprobe, which comes with ffmpeg, says of the first sound track of a file. Null where it does not say.</summary>
internal sealed record ForeignFile(string? Container, string? Encoding, int? SampleRate, int? Channels, int? BitsPerSample)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>Asks.</summary>
    /// <param name="converter">Where ffmpeg is.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null where ffprobe is not there or finds no sound.</returns>
    public static async Task<ForeignFile?> ReadAsync(string converter, string path, CancellationToken cancellationToken)
    {
        string program = Path.Combine(Path.GetDirectoryName(converter)!, OperatingSystem.IsWindows() ? "ffprobe.exe" : "ffprobe");
        if (!File.Exists(program))
        {
            return null;
        }

        string[] arguments =
        [
            "-v", "quiet", .. Ffmpeg.Restrictions, "-select_streams", "a:0",
            "-show_entries", "stream=codec_name,sample_rate,channels,bits_per_sample,bits_per_raw_sample:format=format_name", "-of", "default=nw=1", "file:" + path,
        ];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestWait);
        Process? process = null;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
            return Parse(await process.StandardOutput.ReadToEndAsync(limit.Token));
        }
        catch (Exception e) when (e is Win32Exception or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
        finally
        {
            if (process is { HasExited: false })
            {
                process.Kill();
            }

            process?.Dispose();
        }
    }

    private static ForeignFile? Parse(string text)
    {
        Dictionary<string, string> fields = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split('=', 2)).Where(static pair => pair.Length == 2)
            .GroupBy(static pair => pair[0]).ToDictionary(static group => group.Key, static group => group.First()[1]);
        return fields.Count == 0 ? null : new ForeignFile(
            fields.GetValueOrDefault("format_name"), fields.GetValueOrDefault("codec_name"), Number("sample_rate"), Number("channels"), Number("bits_per_raw_sample") ?? Number("bits_per_sample"));

        int? Number(string name) => int.TryParse(fields.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 ? value : null;
    }
}
