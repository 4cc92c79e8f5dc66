using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Paraformer.Audio;
using Paraformer.Client;
using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Server;

namespace Paraformer.Bench;

/// <summary>
/// Many live Opus sessions through a server of this machine whose engine decodes and recognises nothing: how long after its
/// bytes were sent each tenth of a second of sound is there.
/// </summary>
internal static class OpusSessions
{
    private const int FrameMs = 100;

    // The server hands the engine this parameter as it came, which tells the sessions apart.
    private const int FirstNumber = 200;

    public static async Task RunAsync(int sessions, TimeSpan length, string opusFile)
    {
        byte[] stream = await File.ReadAllBytesAsync(opusFile);
        var engine = new DecodingEngine(sessions);
        await engine.PreloadAsync();
        await using WebApplication server = ParaformerServer.Build(new ServerOptions { Port = 0 }, engine);
        await ParaformerServer.StartAsync(server);
        await using var client = new RecognitionClient(new RecognitionClientOptions { Endpoint = ParaformerServer.GetEndpoint(server) });
        (int Start, int Size)[] frames = Frames(stream, (int)(length.TotalMilliseconds / FrameMs));
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, sessions).Select(i => SendAsync(client, engine, i, stream, frames)));
        double cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds / clock.Elapsed.TotalSeconds;
        double[] delays = [.. engine.Delays.Order()];
        double[] starts = [.. engine.Starts.Order()];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{sessions} sessions, {length.TotalSeconds:0} s: decoder ready after p50 {At(starts, 0.5):0.0} ms, max {starts[^1]:0.0} ms; sound there after p50 {At(delays, 0.5):0.0}, p90 {At(delays, 0.9):0.0}, p99 {At(delays, 0.99):0.0}, max {delays[^1]:0.0} ms; "
            + $"{delays.Length} of {sessions * frames.Length} frames; {cpu * 100:0} % of a core in this process (client, server, parsing), workers aside"));
    }

    private static double At(double[] sorted, double share) => sorted[(int)((sorted.Length - 1) * share)];

    /// <summary>Pieces of the stream that hold a tenth of a second each, by the stream's own clock.</summary>
    private static (int Start, int Size)[] Frames(byte[] stream, int most)
    {
        using var time = new EncodedAudioClock(AudioCodec.Opus);
        var frames = new List<(int, int)>();
        int start = 0;
        for (int at = 0; at < stream.Length && frames.Count < most; at++)
        {
            time.Add(stream.AsSpan(at, 1));
            if (time.Elapsed.TotalMilliseconds >= (frames.Count + 1) * FrameMs)
            {
                frames.Add((start, at + 1 - start));
                start = at + 1;
            }
        }

        return [.. frames];
    }

    private static async Task SendAsync(RecognitionClient client, DecodingEngine engine, int number, byte[] stream, (int Start, int Size)[] frames)
    {
        // Independent speakers: one begins every 50 ms or so, and none at the same point of a frame as another.
        await Task.Delay((number * FrameMs / 2) + (number * FrameMs / engine.Sent.Length));
        var options = new RecognitionOptions(ParaformerModel.RealtimeV2, AudioFormat.Opus, 16000) { MaxSentenceSilence = FirstNumber + number };
        await using RecognitionSession session = await client.StartAsync(options);
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < frames.Length; i++)
        {
            TimeSpan wait = TimeSpan.FromMilliseconds((i + 1) * FrameMs) - clock.Elapsed;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait);
            }

            engine.Sent[number].Enqueue(Stopwatch.GetTimestamp());
            await session.SendAsync(stream.AsMemory(frames[i].Start, frames[i].Size));
        }

        await session.FinishAsync();
        await foreach (RecognitionResult _ in session.Results)
        {
        }
    }

    private sealed class DecodingEngine(int sessions) : IRecognitionEngine
    {
        public ConcurrentQueue<long>[] Sent { get; } = [.. Enumerable.Range(0, sessions).Select(_ => new ConcurrentQueue<long>())];

        public ConcurrentBag<double> Delays { get; } = [];

        public ConcurrentBag<double> Starts { get; } = [];

        // As the recognition engine: a fixed set of threads, each stream on one of them at a time.
        private readonly BlockingCollection<Action>[] _workers = StartWorkers();

        public void Post(int number, Action work) => _workers[number % _workers.Length].Add(work);

        public Task PreloadAsync(CancellationToken cancellationToken = default) => Task.Run(AudioDecoders.Preload, cancellationToken);

        public ValueTask<IRecognitionStream> StartAsync(StreamRequest request, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult<IRecognitionStream>(new DecodingStream(this, request.MaxSentenceSilenceMs - FirstNumber));

        public IReadOnlyList<ServedModel> DescribeModels() => [new("paraformer-realtime-v2", [new("en", "none", null)])];

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static BlockingCollection<Action>[] StartWorkers()
        {
            BlockingCollection<Action>[] queues = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new BlockingCollection<Action>())];
            foreach (BlockingCollection<Action> queue in queues)
            {
                new Thread(() =>
                {
                    foreach (Action work in queue.GetConsumingEnumerable())
                    {
                        work();
                    }
                }) { IsBackground = true }.Start();
            }

            return queues;
        }
    }

    private sealed class DecodingStream(DecodingEngine engine, int number) : IRecognitionStream
    {
        private readonly StreamingAudioDecoder _decoder = AudioDecoders.Create(AudioCodec.Opus, 16000, 16000);
        private readonly System.Buffers.ArrayBufferWriter<float> _samples = new();
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<string> Packs => [];

        public long AudioMs { get; private set; }

        public long SilenceMs => 0;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken = default)
        {
            byte[] copy = audio.ToArray();
            engine.Post(number, () => Decode(copy));
            return ValueTask.CompletedTask;
        }

        private void Decode(byte[] audio)
        {
            bool isFirst = AudioMs == 0;
            long start = Stopwatch.GetTimestamp();
            _decoder.Decode(audio, _samples);
            if (isFirst)
            {
                engine.Starts.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            AudioMs += _samples.WrittenCount / 16;
            _samples.ResetWrittenCount();
            if (engine.Sent[number].TryDequeue(out long sent))
            {
                engine.Delays.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        }

        public void Complete() => engine.Post(number, () => _ended.TrySetResult());

        public async IAsyncEnumerable<RecognizedSentence> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await _ended.Task.WaitAsync(cancellationToken);
            yield break;
        }

        public ValueTask DisposeAsync()
        {
            engine.Post(number, () =>
            {
                _decoder.Dispose();
                _ended.TrySetResult();
            });
            return ValueTask.CompletedTask;
        }
    }
}
