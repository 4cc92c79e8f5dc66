using System.Diagnostics;
using System.Globalization;
using Paraformer.Engine;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Bench;

/// <summary>
/// The engine with the installed packs for as long as one likes, four streams at all times: what it holds, minute by minute,
/// and whether it still hears what it heard in the first minute.
/// </summary>
internal static class Soak
{
    private const int StreamsAtOnce = 4;

    public static async Task<bool> RunAsync(double minutes, string[] files)
    {
        await using RecognitionEngine engine = RecognitionEngine.Create(new ModelStore(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment()));
        await engine.PreloadAsync();
        var heard = new Dictionary<string, string>();
        int streams = 0;
        int different = 0;
        double? base0 = null;
        double baseMinute = 0;
        var clock = Stopwatch.StartNew();
        double nextReport = 0;
        Console.WriteLine("| minute | streams | different results | resident, MB | managed, MB | native in use, MB | handles | threads | growth, MB/h |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        for (int round = 0; clock.Elapsed.TotalMinutes < minutes; round++)
        {
            (string File, string Text)[] results = await Task.WhenAll(Enumerable.Range(0, StreamsAtOnce).Select(i => ListenAsync(engine, files[(round + i) % files.Length])));
            foreach ((string file, string text) in results)
            {
                streams++;
                different += heard.TryAdd(file, text) || heard[file] == text ? 0 : 1;
            }

            if (clock.Elapsed.TotalMinutes < nextReport)
            {
                continue;
            }

            nextReport = Math.Floor(clock.Elapsed.TotalMinutes) + 1;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var process = Process.GetCurrentProcess();
            double resident = process.WorkingSet64 / 1e6;
            double minute = clock.Elapsed.TotalMinutes;

            // The first tenth is warm-up: pools and caches fill up.
            if (base0 is null && minute > minutes / 10)
            {
                (base0, baseMinute) = (resident, minute);
            }

            string growth = base0 is { } from && minute > baseMinute ? ((resident - from) / (minute - baseMinute) * 60).ToString("0.0", CultureInfo.InvariantCulture) : "";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {minute:0.0} | {streams} | {different} | {resident:0} | {GC.GetTotalMemory(true) / 1e6:0.0} | {NativeHeap.InUse() / 1e6:0.0} | {process.HandleCount} | {process.Threads.Count} | {growth} |"));
        }

        return different == 0;
    }

    private static async Task<(string File, string Text)> ListenAsync(RecognitionEngine engine, string file)
    {
        byte[] audio = await File.ReadAllBytesAsync(file);
        await using IRecognitionStream stream = await engine.StartAsync(new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = 16000 });
        Task writing = Task.Run(async () =>
        {
            await stream.WriteAsync(audio);
            stream.Complete();
        });
        var text = new List<string>();
        await foreach (RecognizedSentence sentence in stream.ReadAllAsync())
        {
            if (sentence.IsFinal)
            {
                text.Add(string.Create(CultureInfo.InvariantCulture, $"{sentence.Text} {sentence.BeginMs}-{sentence.EndMs}"));
            }
        }

        await writing;
        return (file, string.Join(" | ", text));
    }
}
