using System.Diagnostics;
using System.Globalization;
using Paraformer.Engine;
using Paraformer.Models;

namespace Paraformer.Bench;

/// <summary>
/// Where the wait for a file's first partial goes: how much audio beyond the first word's end the recogniser had heard
/// (look-ahead, the same on every machine), and how long computing took beyond that (frames of 20 ms at real time, in
/// process). Word times are those of the final results.
/// </summary>
internal static class FirstPartial
{
    private const int FrameMs = 20;
    private const int BytesPerMs = 32;

    public static async Task RunAsync(string[] files)
    {
        await using RecognitionEngine engine = RecognitionEngine.Create(new ModelStore(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment()));
        await engine.PreloadAsync();
        Console.WriteLine("| file | start of the stream, ms | first word's end, ms | audio heard beyond it, ms | computing, ms | first partial after the first word's end, ms |");
        Console.WriteLine("|---|---|---|---|---|---|");
        var waits = new List<double>();
        foreach (string file in files)
        {
            byte[] audio = await File.ReadAllBytesAsync(file);
            var starting = Stopwatch.StartNew();
            await using IRecognitionStream stream = await engine.StartAsync(new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = 16000 });
            double started = starting.Elapsed.TotalMilliseconds;
            (RecognizedSentence? partial, double at, RecognizedSentence? final) = await MeasureAsync(stream, audio);
            if (partial is null || final is null)
            {
                Console.WriteLine($"| {Path.GetFileName(file)} | no result | | | | |");
                continue;
            }

            long end = final.Words[0].EndMs;
            waits.Add(at - end);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Path.GetFileName(file)} | {started:0} | {end} | {partial.AudioMs - end} | {at - partial.AudioMs:0} | {at - end:0} |"));
        }

        if (waits.Count > 0)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mean {waits.Average():0}, longest {waits.Max():0}, within 1 s {waits.Count(w => w <= 1000)} of {waits.Count}"));
        }
    }

    private static async Task<(RecognizedSentence? Partial, double At, RecognizedSentence? Final)> MeasureAsync(IRecognitionStream stream, byte[] audio)
    {
        var clock = Stopwatch.StartNew();
        Task sending = SendAsync(stream, audio, clock);
        RecognizedSentence? partial = null;
        RecognizedSentence? final = null;
        double at = 0;
        await foreach (RecognizedSentence sentence in stream.ReadAllAsync())
        {
            if (partial is null && !sentence.IsFinal)
            {
                at = clock.Elapsed.TotalMilliseconds;
                partial = sentence;
            }

            final ??= sentence.IsFinal ? sentence : null;
        }

        await sending;
        return (partial, at, final);
    }

    private static async Task SendAsync(IRecognitionStream stream, byte[] audio, Stopwatch clock)
    {
        const int FrameBytes = FrameMs * BytesPerMs;
        for (int i = 0; i < audio.Length; i += FrameBytes)
        {
            TimeSpan due = TimeSpan.FromMilliseconds((i / FrameBytes * FrameMs) + FrameMs);
            if (due > clock.Elapsed)
            {
                await Task.Delay(due - clock.Elapsed);
            }

            await stream.WriteAsync(audio.AsMemory(i, Math.Min(FrameBytes, audio.Length - i)));
        }

        stream.Complete();
    }
}
