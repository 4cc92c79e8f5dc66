using System.Diagnostics;

namespace Paraformer.Testing;

/// <summary>Encodes audio with the ffmpeg program, as users do.</summary>
public static class Encoder
{
    private static readonly Lazy<bool> s_isThere = new(() => Environment.GetEnvironmentVariable("PATH")!
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "ffmpeg.exe" : "ffmpeg"))));

    /// <summary>Skips the test where the program is not installed.</summary>
    public static void Require() => Assert.SkipUnless(s_isThere.Value, "the program ffmpeg is not installed: apt-get install ffmpeg");

    /// <summary>Encodes a file.</summary>
    /// <param name="input">The file.</param>
    /// <param name="arguments">What stands between input and output on ffmpeg's command line, with <c>-f</c>; separated by spaces.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<byte[]> EncodeAsync(string input, string arguments, CancellationToken cancellationToken = default)
    {
        Require();
        var start = new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-i", input, .. arguments.Split(' '), "pipe:1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        using var output = new MemoryStream();
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.BaseStream.CopyToAsync(output, cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        string told = await errors;
        Assert.SkipWhen(told.Contains("Unknown encoder", StringComparison.Ordinal), "ffmpeg has no encoder for: " + arguments + " (AMR: apt-get install libavcodec-extra)");
        Assert.True(process.ExitCode == 0, told);
        return output.ToArray();
    }
}
