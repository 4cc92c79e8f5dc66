using System.Text.Json.Nodes;
using Paraformer.Models.Install;
using Paraformer.Models.Tests.Support;

namespace Paraformer.Models.Tests.Install;

/// <summary>The npm client is replaced by scripts, to see what is asked of it and what becomes of its answers.</summary>
public sealed class NpmInstallTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestPack _pack = TestPack.WithId("one");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private ModelStore Store(string script, Func<ModelStoreOptions, ModelStoreOptions>? change = null)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs /bin/sh.");
        string npm = _folder.Write("bin/npm", System.Text.Encoding.UTF8.GetBytes($"#!/bin/sh\n{script}\n"));
        SetMode(npm, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        JsonObject source = new()
        {
            ["npm"] = "@scope/some-package@1.2.3",
            ["prefix"] = "package/",
            ["files"] = new JsonObject { ["model.bin"] = "dist/m.bin" },
        };
        return Stores.Installing(TestPack.Catalog(_pack with { Sources = [source] }), _folder.Sub("models"), options =>
        {
            ModelStoreOptions with = options with { ProgramPath = $"{_folder.Sub("none")}{Path.PathSeparator}{_folder.Sub("bin")}" };
            return change?.Invoke(with) ?? with;
        });
    }

    private static void SetMode(string file, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, mode);
        }
    }

    private async Task<string> FailAsync(ModelStore store)
    {
        ModelPackException exception = await Assert.ThrowsAsync<ModelPackException>(() => store.InstallAsync("one", null, Token));
        Assert.False(Directory.Exists(_folder.Sub("models/one")));
        return exception.Message;
    }

    [Fact]
    public async Task The_package_is_packed_by_npm_and_its_files_are_taken_out()
    {
        string tarball = _folder.Write("ready.tgz", Archives.TarGz(
            ("package/package.json", [1]), ("package/dist/m.bin", _pack.Files["model.bin"]), ("package/conf/words.txt", _pack.Files["conf/words.txt"])));
        ModelStore store = Store($"echo \"$@\" > '{_folder.Sub("arguments")}'; cp '{tarball}' some-package-1.2.3.tgz; echo some-package-1.2.3.tgz");
        Recorder recorder = new();

        await store.InstallAsync("one", recorder, Token);

        Assert.True((await store.VerifyAsync("one", Token)).IsIntact);
        Assert.StartsWith("pack @scope/some-package@1.2.3 ", File.ReadAllText(_folder.Sub("arguments")), StringComparison.Ordinal);
        Assert.Equal(["downloading @scope/some-package@1.2.3 with npm", "unpacking", "verifying"], recorder.Reports.Select(report => report.Step).Distinct());
        Assert.Equal(["lock"], Directory.EnumerateFileSystemEntries(_folder.Sub("models/.work/one")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_failure_of_npm_is_told_in_its_words()
    {
        ModelStore store = Store("echo 'npm error code E404' >&2; echo 'npm error 404 Not Found - GET https://user:secret@registry.example/x?token=secret' >&2; exit 1");

        string message = await FailAsync(store);

        Assert.Contains("npm @scope/some-package@1.2.3: npm failed (exit code 1): E404; Not Found - GET https://registry.example/x", message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Npm_that_makes_no_tarball_is_an_error() =>
        Assert.Contains("npm made no tarball", await FailAsync(Store("exit 0")), StringComparison.Ordinal);

    [Fact]
    public async Task A_tarball_that_is_none_is_an_error() =>
        Assert.Contains("the archive is damaged", await FailAsync(Store("echo hello > x.tgz")), StringComparison.Ordinal);

    [Fact]
    public async Task Npm_that_cannot_be_started_is_an_error()
    {
        ModelStore store = Store("exit 0");
        SetMode(_folder.Sub("bin/npm"), UnixFileMode.UserRead);

        Assert.Contains("npm cannot be started", await FailAsync(store), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Npm_that_does_not_end_is_stopped() =>
        Assert.Contains("npm did not finish within", await FailAsync(Store("sleep 1000", options => options with { NpmTimeout = TimeSpan.FromSeconds(1) })), StringComparison.Ordinal);

    [Fact]
    public async Task Cancellation_stops_npm_and_its_children()
    {
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        string pids = _folder.Sub("pids");
        ModelStore store = Store($"sleep 1000 & echo \"$$ $!\" > '{pids}.new'; mv '{pids}.new' '{pids}'; wait");
        Task installing = store.InstallAsync("one", null, cancel.Token);
        while (!File.Exists(pids))
        {
            Assert.False(installing.IsCompleted);
            await Task.Delay(10, Token);
        }

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => installing);
        Assert.False(Directory.Exists(_folder.Sub("models/one")));
        foreach (string pid in File.ReadAllText(pids).Split())
        {
            while (pid.Length > 0 && IsRunning(pid))
            {
                await Task.Delay(10, Token);
            }
        }
    }

    [Fact]
    public void Errors_become_one_line_of_bounded_length_without_credentials()
    {
        Assert.Equal("no reason given", NpmErrors.OneLine([]));
        Assert.Equal("ENOTFOUND; network request to https://registry.example/x failed", NpmErrors.OneLine([
            "npm error code ENOTFOUND",
            "npm error network request to https://me:secret@registry.example/x failed",
            "npm error A complete log of this run can be found in: somewhere"]));
        Assert.Equal(301, NpmErrors.OneLine([new string('x', 5000)]).Length);
    }

    // A process that ended but that nobody has waited for is still listed, as a zombie.
    private static bool IsRunning(string pid)
    {
        if (!OperatingSystem.IsLinux())
        {
            return System.Diagnostics.Process.GetProcesses().Any(process => process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) == pid);
        }

        try
        {
            string status = File.ReadAllText($"/proc/{pid}/stat");
            return status[(status.LastIndexOf(')') + 2)] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
