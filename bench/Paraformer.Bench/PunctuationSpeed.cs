using System.Diagnostics;
using System.Globalization;
using Paraformer.Engine.Text;

namespace Paraformer.Bench;

/// <summary>Cost of punctuation: one sentence, and what a hundred live sessions would take of a core.</summary>
internal static class PunctuationSpeed
{
    private const int Runs = 400;
    private const int Sessions = 100;
    private const double PartialsPerSecond = 5;

    private static readonly Dictionary<string, string> s_sentences = new()
    {
        ["en"] = "so we looked at the numbers last night and they are better than we expected but i would still like to know why the third quarter was so slow in europe can you",
        ["zh"] = "昨天晚上我们看了一下数据比预期的要好但是我还是想知道为什么第三季度欧洲市场的增长那么慢你能不能",
        ["ja"] = "昨日の夜に数字を確認しましたが予想よりも良かったですただ第三四半期のヨーロッパがなぜ遅かったのか知りたいです",
        ["de"] = "wir haben uns gestern abend die zahlen angesehen und sie sind besser als wir erwartet haben aber ich möchte trotzdem wissen warum das dritte quartal in europa so langsam war kannst du",
    };

    public static void Run()
    {
        foreach ((string language, string sentence) in s_sentences)
        {
            string[] words = language is "zh" or "ja" ? [.. sentence.Select(c => c.ToString(CultureInfo.InvariantCulture))] : sentence.Split(' ');
            var result = new PunctuatedWord[words.Length];
            for (int i = 0; i < Runs / 4; i++)
            {
                Punctuator.Default.Punctuate(words, language, result, isFinal: true);
            }

            var times = new double[Runs];
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Runs; i++)
            {
                long start = Stopwatch.GetTimestamp();
                Punctuator.Default.Punctuate(words, language, result, isFinal: true);
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Runs;
            Array.Sort(times);
            double median = times[Runs / 2];
            Console.WriteLine(FormattableString.Invariant(
                $"{language}: {words.Length} units, median {median:0.000} ms, p95 {times[Runs * 95 / 100]:0.000} ms, {allocated} bytes; {Sessions} sessions at {PartialsPerSecond} partials/s: {median * Sessions * PartialsPerSecond / 10:0.0} % of a core"));
        }
    }
}
