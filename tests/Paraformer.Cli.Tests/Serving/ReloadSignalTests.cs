using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Paraformer.Cli.Serving;
using Paraformer.Cli.Terminal;
using Paraformer.Engine;

namespace Paraformer.Cli.Tests.Serving;

public sealed class ReloadSignalTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hangup_has_replaced_packs_loaded_and_says_what_became_of_them()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGHUP");
        Assert.SkipWhen(IsHangupIgnored(), "SIGHUP is ignored here, as under nohup");
        var engine = new ReloadingEngine();
        using var lines = new Lines();
        await using var signal = new ReloadSignal(engine, new CliConsole
        {
            OpenInput = () => Stream.Null,
            Output = Stream.Null,
            Error = lines,
            OutputIsTerminal = false,
            ErrorIsTerminal = false,
            Width = () => 80,
            Variable = _ => null,
            Variables = () => new Dictionary<string, string>(),
        });

        engine.Results = [new PackReload("a", PackReloadResult.Reloaded, null), new PackReload("b", PackReloadResult.Failed, "b is rubbish"), new PackReload("c", PackReloadResult.Unchanged, null)];
        await HangUpAsync();
        Assert.Contains("pack a was replaced", await lines.NextAsync(), StringComparison.Ordinal);
        Assert.Contains("b is rubbish", await lines.NextAsync(), StringComparison.Ordinal);

        engine.Results = [new PackReload("c", PackReloadResult.Unchanged, null)];
        await HangUpAsync();
        Assert.Contains("no pack in use was replaced", await lines.NextAsync(), StringComparison.Ordinal);
    }

    // What a process ignores is inherited, and the runtime leaves it so.
    private static bool IsHangupIgnored()
    {
        const string Field = "SigIgn:";
        string? line = OperatingSystem.IsLinux() ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal)) : null;
        return line is not null && (ulong.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 1) != 0;
    }

    private static async Task HangUpAsync()
    {
        using Process kill = Process.Start("kill", ["-HUP", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Cancel);
        Assert.Equal(0, kill.ExitCode);
    }

    private sealed class Lines : StringWriter
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public override void WriteLine(string? value) => _lines.Writer.TryWrite(value ?? "");

        public async Task<string> NextAsync() => await _lines.Reader.ReadAsync(Cancel).AsTask().WaitAsync(s_limit, Cancel);
    }

    private sealed class ReloadingEngine : IRecognitionEngine
    {
        public IReadOnlyList<PackReload> Results { get; set; } = [];

        public Task<IReadOnlyList<PackReload>> ReloadAsync(CancellationToken cancellationToken = default) => Task.FromResult(Results);

        public ValueTask<IRecognitionStream> StartAsync(StreamRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IReadOnlyList<ServedModel> DescribeModels() => [];

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
