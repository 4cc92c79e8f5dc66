using System.Globalization;
using Paraformer.Engine;
using Paraformer.Engine.CharCtc;
using Paraformer.Engine.Endpointing;
using Paraformer.Engine.Pipeline;
using Paraformer.Engine.Text;
using Paraformer.Engine.Vad.Silero;
using Paraformer.Models;

namespace Paraformer.Bench;

/// <summary>
/// Character errors, cost and latency of <c>zh-char-ctc</c> on a folder with a <c>merge_trans.txt</c> (a clip's name, then its
/// text) and its clips, wake words aside: the network's best classes, the decoder behind it, and the whole recogniser with
/// voice activity and endpointing. On one thread; cost is the processor's time.
/// </summary>
internal static class MandarinAccuracy
{
    private const int Piece = 1600;
    private const int ManyHotWords = 1000;

    public static async Task RunAsync(string folder, string[] hotWords)
    {
        var store = new ModelStore(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment());
        using CharCtcModel model = CharCtcModel.Load(store.Find("zh-char-ctc")!, store.Find("lm-zh")!);
        using SileroModel activity = SileroModel.Load(store.Find("vad-silero")!);
        var options = new RecognizerOptions { HotWords = [.. hotWords.Select(word => new HotWord(word, 4))] };
        (float[] Samples, string Text)[] clips = [.. File.ReadLines(Path.Combine(folder, "merge_trans.txt"))
            .Select(line => line.Split([' ', '\t'], 2))
            .Select(fields => (Name: fields[0], Text: fields[1].Replace(" ", "", StringComparison.Ordinal).Trim()))
            .Where(clip => clip.Text != "小云小云")
            .OrderBy(clip => clip.Name, StringComparer.Ordinal)
            .Select(clip => (Read(Path.Combine(folder, clip.Name + ".wav")), clip.Text))];
        double audio = clips.Sum(clip => clip.Samples.Length / 16000.0);
        Dictionary<string, int> half = clips.Select(c => c.Text).Distinct().Order(StringComparer.Ordinal).Select((text, i) => (text, i)).ToDictionary(x => x.text, x => x.i % 2);

        var waits = new List<long>();
        await ReportAsync("the network's best classes", samples => Task.FromResult(MandarinGreedy.Text(model, samples)));
        await ReportAsync("network and decoder", samples => Task.FromResult(Decode(model, options, samples)));
        await ReportAsync("the whole recogniser", samples => WholeAsync(model, activity, options, samples, waits));
        waits.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"a word stands in a partial {waits[waits.Count / 2]} ms of audio after its end in the median, 95 % after {waits[waits.Count * 95 / 100]} ms, all after {waits[^1]} ms; {100.0 * waits.Count(w => w <= 600) / waits.Count:0.0} % of {waits.Count} within 600 ms"));
        CompareHotWords(model, clips.Select(c => c.Samples), clips.Select(c => c.Text), audio);

        async Task ReportAsync(string name, Func<float[], Task<string>> recognize)
        {
            var errors = new int[2];
            var characters = new int[2];
            TimeSpan before = Environment.CpuUsage.TotalTime;
            foreach ((float[] samples, string text) in clips)
            {
                string heard = await recognize(samples);
                errors[half[text]] += Distance(text, heard);
                characters[half[text]] += text.Length;
                Console.WriteLine($"{text}\t{heard}");
            }

            double seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: tuned on {Rate(errors[1], characters[1]):0.0} %, held out {Rate(errors[0], characters[0]):0.0} %, all {Rate(errors.Sum(), characters.Sum()):0.0} % ({errors.Sum()} of {characters.Sum()}); {audio:0} s, real-time factor {seconds / audio:0.000}"));
        }
    }

    private static double Rate(int errors, int characters) => 100.0 * errors / characters;

    private static string Decode(CharCtcModel model, RecognizerOptions options, float[] samples)
    {
        using IStreamingRecognizer recognizer = model.CreateRecognizer(options);
        for (int i = 0; i < samples.Length; i += Piece)
        {
            recognizer.Accept(samples.AsSpan(i, Math.Min(Piece, samples.Length - i)));
            recognizer.Partial();
        }

        return string.Concat(recognizer.EndStream().Select(w => w.Text));
    }

    // How long after a word's end the first partial came that has it and everything before it, in audio.
    private static async Task<string> WholeAsync(CharCtcModel model, SileroModel activity, RecognizerOptions options, float[] samples, List<long> waits)
    {
        var sentences = new SentenceOptions { Language = "zh", Text = new TextOptions { Punctuation = false, InverseTextNormalization = false } };
        using var pipeline = new RecognitionPipeline(
            activity.CreateDetector(), model.CreateRecognizer(options), new EndpointingOptions(), new TextFormatter(null), sentences);
        var results = new List<RecognizedSentence>();
        for (int i = 0; i < samples.Length; i += Piece)
        {
            await pipeline.AcceptAsync(samples.AsMemory(i, Math.Min(Piece, samples.Length - i)), results, CancellationToken.None);
        }

        await pipeline.CompleteAsync(results, CancellationToken.None);
        foreach (RecognizedSentence final in results.Where(s => s.IsFinal))
        {
            string begin = "";
            foreach (RecognizedWord word in final.Words)
            {
                begin += word.Text;
                RecognizedSentence first = results.First(s => s.Id == final.Id && Plain(s.Text).StartsWith(begin, StringComparison.Ordinal));
                waits.Add(first.AudioMs - word.EndMs);
            }
        }

        return string.Concat(results.Where(s => s.IsFinal).Select(s => Plain(s.Text)));
    }

    private static string Plain(string text) => text.Replace(" ", "", StringComparison.Ordinal);

    private static void CompareHotWords(CharCtcModel model, IEnumerable<float[]> clips, IEnumerable<string> texts, double audio)
    {
        string said = string.Concat(texts);
        int step = model.Language.VocabularySize / (8 * ManyHotWords);
        var many = new RecognizerOptions
        {
            HotWords = [.. Enumerable.Range(0, model.Language.VocabularySize / step)
                .Select(i => model.Language.Text(i * step))
                .Where(word => word.Length is 2 or 3 or 4 && word.All(c => !char.IsAscii(c)) && !said.Contains(word, StringComparison.Ordinal))
                .Take(ManyHotWords)
                .Select(word => new HotWord(word, 4))],
        };
        double without = double.MaxValue, with = double.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            without = Math.Min(without, Measure(RecognizerOptions.Default));
            with = Math.Min(with, Measure(many));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{many.HotWords.Count} hot words that nobody says: real-time factor {with / audio:0.0000}, without {without / audio:0.0000}: {100 * ((with / without) - 1):0} % more"));

        double Measure(RecognizerOptions options)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            foreach (float[] samples in clips)
            {
                Decode(model, options, samples);
            }

            return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        }
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
