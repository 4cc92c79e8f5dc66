using System.Diagnostics;
using Paraformer.Client;
using Paraformer.Protocol;
using Paraformer.Testing;

namespace Paraformer.EndToEnd.Tests;

/// <summary>What the server holds on to when tasks end, in order or not.</summary>
public sealed class ServerResourcesTests(ServerFixture server)
{
    private static readonly byte[] s_audio = WaveFile.Write(WaveFile.Read16BitMono(Samples.PathOf("austen-0880.wav")).AsSpan(0, 16000), 16000);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_tasks_in_a_row_and_fifty_at_once_leave_nothing_behind()
    {
        Packs.RequireEnglish();
        await using var client = new RecognitionClient(new RecognitionClientOptions { Endpoint = server.Endpoint });
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => RunAsync(client)));
        (int Threads, int Handles) before = await SettledAsync();
        for (int i = 0; i < 200; i++)
        {
            await RunAsync(client);
        }

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => RunAsync(client)));
        (int Threads, int Handles) after = await SettledAsync();
        Assert.Equal(0, server.Engine.OpenStreams);

        // The thread pool and idle sockets breathe; 250 tasks that each left something would show.
        Assert.InRange(after.Threads, 0, before.Threads + 10);
        Assert.InRange(after.Handles, 0, before.Handles + 20);
    }

    [Fact]
    public async Task A_client_killed_in_mid_task_frees_its_stream()
    {
        Packs.RequireEnglish();
        using Process process = CommandLine.Start(["transcribe", Samples.Austen, "--realtime", "--endpoint", server.Endpoint.ToString()]);
        await EventuallyAsync(() => server.Engine.OpenStreams > 0 || process.HasExited);
        Assert.False(process.HasExited);
        process.Kill();
        await EventuallyAsync(() => server.Engine.OpenStreams == 0);
    }

    private static async Task RunAsync(RecognitionClient client)
    {
        using var audio = new MemoryStream(s_audio);
        var options = new RecognitionOptions(ParaformerModel.RealtimeV2, AudioFormat.Wav, 16000);
        await foreach (RecognitionResult result in client.RecognizeAsync(audio, options, Cancel))
        {
            Assert.NotNull(result.Sentence);
        }
    }

    private async Task<(int Threads, int Handles)> SettledAsync()
    {
        await EventuallyAsync(() => server.Engine.OpenStreams == 0);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        int handles = OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : process.HandleCount;
        return (process.Threads.Count, handles);
    }

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while (!holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
