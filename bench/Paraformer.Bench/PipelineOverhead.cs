using System.Diagnostics;
using System.Globalization;
using Paraformer.Engine;
using Paraformer.Models;

namespace Paraformer.Bench;

/// <summary>
/// What the engine costs on one worker for each file, as a share of real time, and how much of that grows with a second
/// stream beside it on two workers.
/// </summary>
internal static class PipelineOverhead
{
    public static async Task RunAsync(string[] files)
    {
        await using RecognitionEngine engine = RecognitionEngine.Create(
            new ModelStore(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment()), new EngineOptions { WorkerCount = 2 });
        await engine.PreloadAsync();
        await RunOneAsync(engine, files[0]);

        Console.WriteLine("| file | audio, s | real-time factor alone | with a second stream beside it | allocated per second of audio, KB |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (string file in files)
        {
            double seconds = (new FileInfo(file).Length - 44) / 32000.0;
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            double alone = await RunOneAsync(engine, file);
            double kilobytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1024.0;
            double[] pair = await Task.WhenAll(RunOneAsync(engine, file), RunOneAsync(engine, file));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Path.GetFileName(file)} | {seconds:0.0} | {alone / seconds:0.000} | {pair.Max() / seconds:0.000} | {kilobytes / seconds:0} |"));
        }
    }

    private static async Task<double> RunOneAsync(RecognitionEngine engine, string file)
    {
        byte[] audio = await File.ReadAllBytesAsync(file);
        var clock = Stopwatch.StartNew();
        await using IRecognitionStream stream = await engine.StartAsync(new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = 16000 });
        Task writing = Task.Run(async () =>
        {
            await stream.WriteAsync(audio);
            stream.Complete();
        });
        await foreach (RecognizedSentence _ in stream.ReadAllAsync())
        {
        }

        await writing;
        return clock.Elapsed.TotalSeconds;
    }
}
