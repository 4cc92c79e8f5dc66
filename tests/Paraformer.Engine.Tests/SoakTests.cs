using System.Diagnostics;
using Paraformer.Engine.Recognizers;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests;

/// <summary>Nothing runs beside these: they look at the whole process.</summary>
[CollectionDefinition(nameof(SoakTests), DisableParallelization = true)]
public sealed class SoakTestsRunAlone;

/// <summary>Many streams and utterances, as fast as they go: nothing grows and nothing drifts. <c>bench soak</c> does it for hours.</summary>
[Collection(nameof(SoakTests))]
public sealed class SoakTests
{
    private const int SampleRate = 16000;
    private const int BlockSamples = 512 * 4;
    private const int StreamsAtOnce = 6;

    private static readonly StreamRequest s_request = new() { Model = "paraformer-realtime-v2", Format = "pcm", SampleRate = SampleRate, Languages = ["zh"] };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_leave_nothing_behind_and_the_last_is_recognised_as_the_first()
    {
        Packs.Require("vad-silero");
        var model = new LoudnessModel();
        await using RecognitionEngine engine = RecognitionEngine.Create(Packs.Store, new EngineOptions { WorkerCount = 2 }, loggers: null, new OnlyRecognizer("words", () => model));
        await SoakAsync(engine, warmUp: 10, rounds: 60);
        Assert.Equal(0, model.Open);
    }

    [Fact]
    public async Task Mandarin_streams_leave_nothing_behind_and_the_last_is_recognised_as_the_first()
    {
        Packs.Require("vad-silero");
        Packs.Require("lm-zh");
        Packs.Require("zh-char-ctc");
        await using RecognitionEngine engine = RecognitionEngine.Create(Packs.Store, new EngineOptions { WorkerCount = 2 }, loggers: null, new OnlyRecognizer("zh-char-ctc"));
        await SoakAsync(engine, warmUp: 5, rounds: 15);
    }

    [Fact]
    public async Task Times_of_a_long_stream_do_not_drift()
    {
        Packs.Require("vad-silero");
        await using RecognitionEngine engine = RecognitionEngine.Create(
            Packs.Store, new EngineOptions { WorkerCount = 2 }, loggers: null, new OnlyRecognizer("words", () => new LoudnessModel()));
        byte[] speech = Speech();
        long period = speech.Length / sizeof(short) * 1000L / SampleRate;
        const int Repetitions = 200;
        await using IRecognitionStream stream = await engine.StartAsync(s_request, Cancel);
        Task writing = Task.Run(
            async () =>
            {
                for (int i = 0; i < Repetitions; i++)
                {
                    await stream.WriteAsync(speech, Cancel);
                }

                stream.Complete();
            },
            Cancel);
        var finals = new List<RecognizedSentence>();
        await foreach (RecognizedSentence sentence in stream.ReadAllAsync(Cancel))
        {
            if (sentence.IsFinal)
            {
                finals.Add(sentence);
            }
        }

        await writing;
        Assert.Equal(Repetitions * period, stream.AudioMs);

        // The detector needs a while to forget how the stream began; from then on every repetition is the same but for where it is.
        string[] repetitions = [.. finals.GroupBy(s => s.BeginMs / period).Select(g => string.Join(" | ", g.Select(s => Describe(s, g.Key * period))))];
        Assert.Equal(Repetitions, repetitions.Length);
        Assert.All(repetitions.Skip(2), r => Assert.Equal(repetitions[2], r));
    }

    private static async Task SoakAsync(RecognitionEngine engine, int warmUp, int rounds)
    {
        byte[] speech = Speech();
        List<string> first = await RoundAsync(engine, speech);
        for (int i = 1; i < warmUp; i++)
        {
            Assert.Equal(first, await RoundAsync(engine, speech));
        }

        State before = State.Read();
        for (int i = 0; i < rounds; i++)
        {
            Assert.Equal(first, await RoundAsync(engine, speech));
        }

        State after = State.Read();
        Assert.NotEmpty(first);
        Assert.InRange(after.ManagedBytes - before.ManagedBytes, long.MinValue, 512 * 1024);
        Assert.InRange(after.Handles - before.Handles, int.MinValue, 2);

        // The thread pool comes and goes as it likes; a thread for each stream would be hundreds.
        Assert.InRange(after.Threads - before.Threads, int.MinValue, Environment.ProcessorCount + 4);

        // It moves by some megabytes, as the allocator keeps freed pieces for each thread; 360 streams that kept 48 KB each would be seen.
        Assert.InRange(after.NativeBytes - before.NativeBytes, long.MinValue, 16 * 1024 * 1024);
    }

    // All streams of a round at the same time, cut differently; all must hear the same.
    private static async Task<List<string>> RoundAsync(RecognitionEngine engine, byte[] speech)
    {
        List<RecognizedSentence>[] all = await Task.WhenAll(Enumerable.Range(0, StreamsAtOnce).Select(
            i => Task.Run(() => Recognize.FinalsAsync(engine, speech, s_request, chunk: 3200 + (i * 640), cancellationToken: Cancel), Cancel)));
        List<string> heard = [.. all[0].Select(s => Describe(s, 0))];
        Assert.All(all, finals => Assert.Equal(heard, finals.Select(s => Describe(s, 0))));
        return heard;
    }

    private static string Describe(RecognizedSentence sentence, long origin) => string.Join(
        ' ', sentence.Words.Select(w => $"{w.Text}@{w.BeginMs - origin}-{w.EndMs - origin}").Prepend($"{sentence.Text} [{sentence.BeginMs - origin},{sentence.EndMs - origin}]"));

    // Half a second of room, an utterance, room until it is over; whole blocks, whole milliseconds.
    private static byte[] Speech()
    {
        byte[] wave = File.ReadAllBytes(Samples.PathOf("austen-0880.wav"));
        byte[] speech = wave[44..];
        int samples = (SampleRate / 2) + (speech.Length / sizeof(short)) + (SampleRate * 2);
        samples = (samples + BlockSamples - 1) / BlockSamples * BlockSamples;
        var room = new Random(1);
        var bytes = new byte[samples * sizeof(short)];
        for (int i = 0; i < samples; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(short)), (short)room.Next(-2, 3));
        }

        speech.CopyTo(bytes, SampleRate / 2 * sizeof(short));
        return bytes;
    }

    private sealed record State(long ManagedBytes, int Handles, int Threads, long NativeBytes)
    {
        public static State Read()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            long managed = GC.GetTotalMemory(forceFullCollection: true);
            using var process = Process.GetCurrentProcess();
            int handles = Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : process.HandleCount;
            return new State(managed, handles, process.Threads.Count, NativeHeap.InUse());
        }
    }
}
