using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Paraformer.Client;
using Paraformer.Protocol;

namespace Paraformer.Benchmarks;

/// <summary>What one frame of 100 ms costs the client: from the call to the socket, with a service in another process that keeps silent.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "The clean-up of the benchmark disposes of them.")]
[Config(typeof(InThisProcess))]
public class ClientBenchmarks
{
    private const int Frames = 100;

    private readonly byte[] _frame = new byte[3200];
    private Process? _service;
    private RecognitionClient? _client;
    private RecognitionSession? _session;

    /// <summary>Whether the audio is kept for a reconnection.</summary>
    [Params(true, false)]
    public bool Reconnect { get; set; }

    [GlobalSetup]
    public async Task StartAsync()
    {
        (_service, Uri endpoint) = await ProtocolService.StartProcessAsync();
        _client = new RecognitionClient(new RecognitionClientOptions
        {
            Endpoint = endpoint, Reconnect = Reconnect ? ReconnectPolicy.Default : ReconnectPolicy.Off, SendQueueBytes = 4 * 3200,
        });
        _session = await _client.StartAsync(new RecognitionOptions("silent", AudioFormat.Pcm, 16000));
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _client!.DisposeAsync();
        _service!.StandardInput.Close();
        await _service.WaitForExitAsync();
        _service.Dispose();
    }

    /// <summary>End to end: the queue holds four frames, so that the figures include the socket.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public async Task SendFrames()
    {
        for (int i = 0; i < Frames; i++)
        {
            await _session!.SendAsync(_frame);
        }
    }

    private sealed class InThisProcess : ManualConfig
    {
        public InThisProcess() => AddJob(Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance));
    }
}
