using System.Diagnostics;
using System.Globalization;
using Paraformer.Engine;
using Paraformer.Engine.CharCtc;
using Paraformer.Models;

namespace Paraformer.Bench;

/// <summary>
/// Character errors and cost of <c>zh-char-ctc</c> on a folder with a <c>merge_trans.txt</c> (a clip's name, then its text) and
/// its clips, wake words aside. The recogniser alone, on one thread.
/// </summary>
internal static class MandarinAccuracy
{
    public static void Run(string folder, string[] hotWords)
    {
        var store = new ModelStore(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment());
        using CharCtcModel model = CharCtcModel.Load(store.Find("zh-char-ctc")!, store.Find("lm-zh")!);
        var options = new RecognizerOptions { HotWords = [.. hotWords.Select(word => new HotWord(word, 4))] };
        (string Name, string Text)[] clips = [.. File.ReadLines(Path.Combine(folder, "merge_trans.txt"))
            .Select(line => line.Split([' ', '\t'], 2))
            .Select(fields => (fields[0], fields[1].Replace(" ", "", StringComparison.Ordinal).Trim()))
            .Where(clip => clip.Item2 != "小云小云")
            .OrderBy(clip => clip.Item1, StringComparer.Ordinal)];
        Dictionary<string, int> half = clips.Select(c => c.Text).Distinct().Order(StringComparer.Ordinal).Select((text, i) => (text, i)).ToDictionary(x => x.text, x => x.i % 2);
        var errors = new int[2];
        var characters = new int[2];
        double audio = 0;
        var clock = new Stopwatch();
        foreach ((string name, string text) in clips)
        {
            float[] samples = Read(Path.Combine(folder, name + ".wav"));
            clock.Start();
            using IStreamingRecognizer recognizer = model.CreateRecognizer(options);
            for (int i = 0; i < samples.Length; i += 2048)
            {
                recognizer.Accept(samples.AsSpan(i, Math.Min(2048, samples.Length - i)));
                recognizer.Partial();
            }

            string heard = string.Concat(recognizer.EndStream().Select(w => w.Text));
            clock.Stop();
            audio += samples.Length / 16000.0;
            errors[half[text]] += Distance(text, heard);
            characters[half[text]] += text.Length;
            Console.WriteLine($"{text}\t{heard}");
        }

        double Rate(int e, int n) => 100.0 * e / n;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"tuned on {Rate(errors[1], characters[1]):0.0} %, held out {Rate(errors[0], characters[0]):0.0} %, all {Rate(errors.Sum(), characters.Sum()):0.0} % ({errors.Sum()} of {characters.Sum()}); {audio:0} s, real-time factor {clock.Elapsed.TotalSeconds / audio:0.000}"));
    }

    private static float[] Read(string path)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        int at = bytes.IndexOf("data"u8) + 8;
        var samples = new float[(bytes.Length - at) / 2];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = BitConverter.ToInt16(bytes[(at + (2 * i))..]) / 32768f;
        }

        return samples;
    }

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int best = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = best;
            }
        }

        return row[^1];
    }
}
