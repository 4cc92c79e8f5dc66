using System.Diagnostics;
using System.Globalization;
using Paraformer.Engine.Features;

namespace Paraformer.Bench;

/// <summary>How many seconds of audio a core turns into log-mel frames in a second: the best of several runs.</summary>
internal static class FilterBankSpeed
{
    private const int Seconds = 60;
    private const int Runs = 15;

    public static void Run()
    {
        var random = new Random(1);
        float[] audio = [.. Enumerable.Range(0, 16000 * Seconds).Select(_ => (float)(random.NextDouble() - 0.5))];
        Console.WriteLine("| configuration | times real time, one core |");
        Console.WriteLine("|---|---|");
        foreach ((string name, FilterBankOptions options) in ((string, FilterBankOptions)[])[("FunASR", FilterBankOptions.FunAsr), ("icefall", FilterBankOptions.Icefall)])
        {
            var stream = new FilterBankStream(new FilterBank(options));
            var frames = new FrameBuffer(options.MelBins);
            double best = double.MaxValue;
            for (int run = 0; run < Runs; run++)
            {
                var clock = Stopwatch.StartNew();
                for (int i = 0; i < audio.Length; i += 1600)
                {
                    stream.Accept(audio.AsSpan(i, 1600), frames);
                    frames.Clear();
                }

                best = Math.Min(best, clock.Elapsed.TotalSeconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Seconds / best:0} |"));
        }
    }
}
