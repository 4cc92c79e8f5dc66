using System.Diagnostics;
using System.Globalization;

namespace Paraformer.Testing;

/// <summary>A PostgreSQL of the tests' own, on a Unix socket in a temporary folder. It starts when the first test asks for it.</summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string Missing = "PostgreSQL's initdb and pg_ctl are not installed: on Debian, apt-get install postgresql";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _starting = new(1, 1);
    private string? _folder;
    private string? _programs;
    private string _problem = "";
    private int _schemas;

    /// <summary>A connection string to an empty schema of its own; or a skipped test that names what is missing.</summary>
    public async Task<string> NewSchemaAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_folder is null && _problem.Length == 0)
            {
                await StartAsync();
            }
        }
        finally
        {
            _starting.Release();
        }

        Assert.SkipUnless(_problem.Length == 0, _problem);
        string schema = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _schemas)}");
        await RunAsync(Program("psql"), "-h", _folder!, "-U", "postgres", "-d", "postgres", "-q", "-c", $"CREATE SCHEMA {schema}");
        return $"Host={_folder};Database=postgres;Username=postgres;Search Path={schema};Maximum Pool Size=10";
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            await RunAsUserAsync(Program("pg_ctl"), "-D", Path.Combine(_folder, "data"), "-m", "immediate", "-w", "stop");
            Directory.Delete(_folder, recursive: true);
        }

        _starting.Dispose();
    }

    private async Task StartAsync()
    {
        _programs = FindPrograms();
        if (_programs is null)
        {
            _problem = Missing;
            return;
        }

        if (Environment.IsPrivilegedProcess && !File.Exists("/usr/sbin/runuser") && !File.Exists("/sbin/runuser"))
        {
            _problem = "PostgreSQL does not run as root, and there is no runuser to run it as another user: install util-linux";
            return;
        }

        // The socket's path must be short, and the folder the database user's own.
        string folder = Path.Combine(Path.GetTempPath(), "pg-" + Guid.NewGuid().ToString("N")[..12]);
        await RunAsUserAsync("mkdir", "-m", "755", folder);
        string data = Path.Combine(folder, "data");
        await RunAsUserAsync(Program("initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync");
        await RunAsUserAsync(
            Program("pg_ctl"), "-D", data, "-w", "-l", Path.Combine(folder, "log"),
            "-o", $"-k {folder} -c listen_addresses='' -c fsync=off -c shared_buffers=16MB -c max_connections=80 -c jit=off", "start");
        _folder = folder;
    }

    private static string? FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        IEnumerable<string> folders = Directory.Exists(Debian)
            ? Directory.EnumerateDirectories(Debian).OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))
            : [];
        IEnumerable<string> path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Concat(path).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }

    private string Program(string name) => Path.Combine(_programs!, name);

    private static Task RunAsUserAsync(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess ? RunAsync("runuser", ["-u", "postgres", "--", program, .. arguments]) : RunAsync(program, arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // What goes on running must not hold this process's own streams, and must not be waited for through pipes.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments]) { WorkingDirectory = "/" };
        using Process process = Process.Start(start)!;
        await process.WaitForExitAsync().WaitAsync(s_patience);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {string.Join(' ', arguments)}");
    }
}
