using System.Diagnostics;
using Paraformer.Client;
using Paraformer.Protocol;
using Paraformer.Testing;

namespace Paraformer.EndToEnd.Tests;

/// <summary>One of two servers on one state is killed while streams run.</summary>
public sealed class KilledServerTests(PostgresCluster postgres)
{
    private const int Streams = 20;
    private const int BytesPerSecond = 32_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clients_that_replay_lose_nothing_and_the_other_server_knows_their_key()
    {
        string location = await postgres.NewSchemaAsync(Ct);
        string key = (await CommandLine.RunAsync(["keys", "create", "app", "--data", location])).OutputLines.Single();
        (Process first, Uri firstEndpoint) = await StartAsync(location);
        (Process second, Uri secondEndpoint) = await StartAsync(location);
        try
        {
            await using var balancer = new Balancer(firstEndpoint, secondEndpoint);
            await using var client = new RecognitionClient(new RecognitionClientOptions { Endpoint = balancer.Endpoint, ApiKey = key });
            using var heard = new CountdownEvent(Streams);
            var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<string>[] streams = [.. Enumerable.Range(0, Streams).Select(_ => RunAsync(client, heard, killed.Task))];
            Assert.True(await Task.Run(() => heard.Wait(s_patience), Ct));
            Assert.Equal([Streams, 0], balancer.Connections);

            // SIGKILL: no close, no failure, nothing.
            first.Kill();
            await first.WaitForExitAsync(Ct);
            killed.SetResult();
            string[] results = await Task.WhenAll(streams).WaitAsync(s_patience, Ct);
            Assert.All(results, result => Assert.Equal("1: 0-5000 2: 5000-10000 3: 10000-12000", result));
            Assert.Equal(Streams, balancer.Connections[1]);
        }
        finally
        {
            End(first);
            End(second);
        }
    }

    private static async Task<string> RunAsync(RecognitionClient client, CountdownEvent heard, Task killed)
    {
        var options = new RecognitionOptions(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000);
        await using RecognitionSession session = await client.StartAsync(options, Ct);
        Task sending = SendAsync(session, killed);
        var finals = new List<string>();
        await foreach (RecognitionResult result in session.Results)
        {
            if (result.IsFinal)
            {
                Sentence sentence = result.Sentence!;
                finals.Add($"{sentence.SentenceId}: {sentence.BeginTime}-{sentence.EndTime}");
                if (finals.Count == 1)
                {
                    heard.Signal();
                }
            }
        }

        await sending;
        return string.Join(' ', finals);
    }

    /// <summary>Seven seconds of audio, of which the first five are a sentence; the rest when the server is gone.</summary>
    private static async Task SendAsync(RecognitionSession session, Task killed)
    {
        await session.SendAsync(new byte[7 * BytesPerSecond], Ct);
        await killed;
        await session.SendAsync(new byte[5 * BytesPerSecond], Ct);
        await session.FinishAsync(Ct);
    }

    private static async Task<(Process Server, Uri Endpoint)> StartAsync(string location)
    {
        Process server = CommandLine.Start(["serve", "--engine", "protocol-only", "--port", "0", "--data", location]);
        Task<string> errors = server.StandardError.ReadToEndAsync(Ct);
        string? line = await server.StandardOutput.ReadLineAsync(Ct).AsTask().WaitAsync(s_patience, Ct);
        Assert.True(line is not null, line is null ? await errors : "");
        return (server, new Uri(line!.Split(' ')[2]));
    }

    private static void End(Process server)
    {
        if (!server.HasExited)
        {
            server.Kill();
        }

        server.Dispose();
    }
}
