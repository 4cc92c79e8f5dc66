using System.Diagnostics;
using Paraformer.Models.Catalog;

namespace Paraformer.Models.Install;

/// <summary>
/// Fetches a package's tarball with the npm client, so that the user's npm configuration (registry, proxy, credentials) applies.
/// </summary>
internal sealed class NpmFetcher(ModelStoreOptions options)
{
    private const int MaxOutputLines = 50;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Puts the tarball into a folder and returns its path.</summary>
    /// <exception cref="SourceFailedException">npm is missing or failed.</exception>
    public async Task<string> FetchAsync(NpmSource source, string folder, CancellationToken cancellationToken)
    {
        string npm = FindNpm() ?? throw new SourceFailedException($"npm (Node.js) is needed to fetch {source.Specification} and is not on PATH");
        Directory.CreateDirectory(folder);

        // The folder is the working directory, so that no project's package.json or .npmrc takes part and no path has to be quoted.
        ProcessStartInfo start = new(npm)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };

        // '--silent' would also silence the reason for a failure.
        foreach (string argument in (string[])["pack", source.Specification, "--loglevel=error", "--ignore-scripts", "--pack-destination", "."])
        {
            start.ArgumentList.Add(argument);
        }

        string problem = await RunAsync(start, cancellationToken).ConfigureAwait(false);
        return problem.Length == 0
            ? Directory.EnumerateFiles(folder, "*.tgz").FirstOrDefault() ?? throw new SourceFailedException("npm made no tarball")
            : throw new SourceFailedException(problem);
    }

    private async Task<string> RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        using Process process = new() { StartInfo = start };
        Queue<string> errors = new();
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.OutputDataReceived += (_, _) => { };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new SourceFailedException($"npm cannot be started: {exception.Message}", exception);
        }

        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        process.StandardInput.Close();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.NpmTimeout);
        try
        {
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SourceFailedException($"npm did not finish within {options.NpmTimeout.TotalMinutes:0.#} minutes");
        }

        return process.ExitCode == 0 ? "" : $"npm failed (exit code {process.ExitCode}): {NpmErrors.OneLine(errors)}";
    }

    private static async Task StopAsync(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It ended by itself meanwhile, or one of its children did.
            return;
        }

        using CancellationTokenSource limit = new(StopTimeout);
        await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static void Keep(Queue<string> lines, string? line)
    {
        if (!string.IsNullOrWhiteSpace(line) && lines.Count < MaxOutputLines)
        {
            lines.Enqueue(line);
        }
    }

    private string? FindNpm()
    {
        string[] names = OperatingSystem.IsWindows() ? ["npm.cmd", "npm.exe"] : ["npm"];
        return options.ProgramPath
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(Path.IsPathFullyQualified)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }
}
