using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Paraformer.Audio.Workers;

/// <summary>How the worker's process is started.</summary>
internal static class WorkerProgram
{
    private const string FileName = "paraformer-audio-worker.dll";

    // What a process needs to find its libraries, and nothing else: no keys or other secrets.
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "SystemRoot", "DOTNET_ROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DOTNET_ROLL_FORWARD"];

    /// <exception cref="DecoderWorkerException">The program or the .NET host is not there.</exception>
    public static ProcessStartInfo StartInfo()
    {
        string program = Path.Combine(AppContext.BaseDirectory, FileName);
        if (!File.Exists(program))
        {
            throw new DecoderWorkerException($"{FileName} is missing beside the application");
        }

        var start = new ProcessStartInfo(Host(), [program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = Path.GetPathRoot(program)!,
        };
        Dictionary<string, string?> inherited = Inherited.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        start.Environment.Clear();
        foreach ((string name, string? value) in inherited)
        {
            if (value is not null)
            {
                start.Environment[name] = value;
            }
        }

        // One thread decodes; memory for it is small. No diagnostics port, and no double mapping of code, which costs start time.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_TieredCompilation"] = "1";
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x8000000";
        start.Environment["DOTNET_NOLOGO"] = "1";
        return start;
    }

    // The application's own host; where the application is not started by one, the host of its shared framework.
    private static string Host()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Environment.ProcessPath is { } path && Path.GetFileName(path) == name)
        {
            return path;
        }

        string shared = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(shared) ? shared : name;
    }
}
