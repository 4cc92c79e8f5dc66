using System.Diagnostics;

namespace Paraformer.Models.Tests.Support;

/// <summary>The real npm client of this machine.</summary>
internal static class Npm
{
    /// <summary>Why packages cannot be fetched here, or null when they can.</summary>
    public static async Task<string?> WhatIsMissingAsync(string package)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["view", package, "version", "--fetch-retries=0"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 && (await output).Trim().Length > 0 ? null : $"npm's registry does not answer for {package}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "npm (Node.js) is not on PATH";
        }
    }
}
