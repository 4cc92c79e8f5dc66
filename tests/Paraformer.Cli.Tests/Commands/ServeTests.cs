using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Paraformer.Cli.Tests.Fakes;

namespace Paraformer.Cli.Tests.Commands;

public sealed partial class ServeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_service_tells_its_address_serves_a_client_and_stops_in_good_order()
    {
        using var stop = new CancellationTokenSource();
        var engine = new ScriptedEngine { Sentences = [ScriptedEngine.Sentence(1, 0, 500, "hello")] };
        var output = new AnnouncedStream();
        using var server = new TestConsole { Engine = engine, Stop = stop.Token, OutputStream = output };
        Task<int> serving = server.RunAsync("serve", "--data", _folder.Path("state.db"), "--port", "0");
        string line = await output.FirstLine.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Match address = Address().Match(line);
        Assert.True(address.Success, line);
        Assert.Contains("paraformer-realtime-v2: en by en-pack", line, StringComparison.Ordinal);

        using var client = new TestConsole();
        Assert.Equal(0, await client.RunAsync("transcribe", _folder.Wav(), "--endpoint", $"ws://127.0.0.1:{address.Groups[1].Value}").WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal("hello\n", client.Output);

        await stop.CancelAsync();
        Assert.Equal(0, await serving.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.True(engine.IsDisposed);
    }

    [Fact]
    public async Task A_port_in_use_is_told()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var console = new TestConsole();

        Assert.Equal(1, await console.RunAsync("serve", "--data", _folder.Path("state.db"), "--port", $"{port}"));

        Assert.StartsWith("paraformer: ", console.Error, StringComparison.Ordinal);
        Assert.Contains($"{port}", console.Error, StringComparison.Ordinal);
        Assert.Single(console.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task An_open_service_on_a_public_address_is_refused()
    {
        using var console = new TestConsole();

        Assert.Equal(2, await console.RunAsync("serve", "--data", _folder.Path("state.db"), "--host", "0.0.0.0", "--port", "0"));

        Assert.Contains("PARAFORMER_API_KEYS", console.Error, StringComparison.Ordinal);
        Assert.Equal("", console.Output);
    }

    [GeneratedRegex(@"^listening on ws://127\.0\.0\.1:(\d+)/api-ws/v1/inference ")]
    private static partial Regex Address();

    private sealed class AnnouncedStream : MemoryStream
    {
        private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> FirstLine => _line.Task;

        public override void Write(ReadOnlySpan<byte> buffer) => _line.TrySetResult(System.Text.Encoding.UTF8.GetString(buffer));

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    }
}
