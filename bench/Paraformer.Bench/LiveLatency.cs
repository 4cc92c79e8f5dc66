using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Paraformer.Client;
using Paraformer.Engine;
using Paraformer.Models;
using Paraformer.Protocol;
using Paraformer.Server;

namespace Paraformer.Bench;

/// <summary>
/// Files sent at real time over a WebSocket of this machine: when results come, in milliseconds after the moment that the
/// audio they speak of was sent. Word times are those of the final results.
/// </summary>
internal static class LiveLatency
{
    public static async Task RunAsync(string[] files)
    {
        await using RecognitionEngine engine = RecognitionEngine.Create(new ModelStore(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment()));
        await engine.PreloadAsync();
        await using WebApplication server = ParaformerServer.Build(new ServerOptions { Port = 0 }, engine);
        await ParaformerServer.StartAsync(server);
        await using var client = new RecognitionClient(new RecognitionClientOptions { Endpoint = ParaformerServer.GetEndpoint(server) });

        Console.WriteLine("| file | first partial after the first word's end, ms | partials per second of speech | longest gap between partials, ms | final after the last frame, ms |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (string file in files)
        {
            Console.WriteLine(await MeasureAsync(client, file));
        }
    }

    private static async Task<string> MeasureAsync(RecognitionClient client, string file)
    {
        byte[] bytes = await File.ReadAllBytesAsync(file);
        await using RecognitionSession session = await client.StartAsync(new RecognitionOptions(ParaformerModel.RealtimeV2, AudioFormat.Wav, 16000));
        var clock = Stopwatch.StartNew();
        Task sending = SendAsMicrophoneAsync(session, bytes, clock);
        var partials = new List<double>();
        Sentence? firstFinal = null;
        Sentence? lastFinal = null;
        double lastAt = 0;
        await foreach (RecognitionResult result in session.Results)
        {
            double now = clock.Elapsed.TotalMilliseconds;
            if (result.Sentence is not { } sentence)
            {
                continue;
            }

            if (sentence.IsFinal)
            {
                firstFinal ??= sentence;
                lastFinal = sentence;
                lastAt = now;
            }
            else if (firstFinal is null)
            {
                partials.Add(now);
            }
        }

        await sending;
        if (firstFinal is null || lastFinal is null || partials.Count == 0)
        {
            return $"| {Path.GetFileName(file)} | no result | | | |";
        }

        double audioMs = (bytes.Length - 44) / 32.0;
        double[] inSpeech = [.. partials.Where(at => at <= firstFinal.EndTime!.Value)];
        double gap = inSpeech.Zip(inSpeech.Skip(1), (a, b) => b - a).DefaultIfEmpty().Max();
        double rate = inSpeech.Length < 2 ? 0 : (inSpeech.Length - 1) * 1000 / (inSpeech[^1] - inSpeech[0]);
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"| {Path.GetFileName(file)} | {partials[0] - firstFinal.Words[0].EndTime:0} | {rate:0.0} | {gap:0} | {lastAt - audioMs:0} |");
    }

    // A microphone hands out 100 ms when they are over, not before.
    private static async Task SendAsMicrophoneAsync(RecognitionSession session, byte[] bytes, Stopwatch clock)
    {
        const int FrameBytes = 3200;
        for (int i = 0; i < bytes.Length; i += FrameBytes)
        {
            TimeSpan due = TimeSpan.FromMilliseconds((i / FrameBytes * 100) + 100);
            if (due > clock.Elapsed)
            {
                await Task.Delay(due - clock.Elapsed);
            }

            await session.SendAsync(bytes.AsMemory(i, Math.Min(FrameBytes, bytes.Length - i)));
        }

        await session.FinishAsync();
    }
}
