using System.Diagnostics;
using System.Globalization;
using Paraformer.Engine;
using Paraformer.Engine.Vosk;
using Paraformer.Models;

namespace Paraformer.Bench.HotWords;

/// <summary>
/// Hot words of <c>vosk-en</c>: how many of the words of <c>english.tsv</c> (a flite voice or a recording, the word, the sentence) are found at each
/// weight, what lists of words that nobody says insert, and what they cost. Even lines are those that the weights were chosen on.
/// </summary>
internal static class EnglishHotWords
{
    private const int Piece = 1600;
    private static readonly int[] s_weights = [1, 2, 3, 4, 5, -6];
    private static readonly int[] s_unrelated = [10, 100, 1000];

    /// <summary>Measures.</summary>
    /// <param name="list">The file.</param>
    /// <param name="parts">What: <c>none</c>, a weight, 10, 100 or 1000 words that nobody says, <c>all</c> of those beside the list, <c>start</c>; nothing for everything.</param>
    public static async Task RunAsync(string list, string[] parts)
    {
        var store = new ModelStore(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment());
        InstalledPack pack = store.Find("vosk-en")!;
        using VoskModel plain = VoskModel.Load(pack, store.Find("libvosk")!);
        List<Sentence> sentences = [.. File.ReadLines(list).Select(line => line.Split('\t')).Select((f, i) => new Sentence(f[1], f[2], i % 2 == 0, Speak(f[0], f[2])))];
        bool Wanted(string part) => parts.Length == 0 || parts.Contains(part);
        if (Wanted("none"))
        {
            Report("none", plain, sentences, []);
        }

        string[] words = [.. sentences.Select(s => s.Word).Distinct()];
        foreach (int weight in s_weights.Where(w => Wanted(w.ToString(CultureInfo.InvariantCulture))))
        {
            Measure($"weight {weight}", plain, sentences, [.. words.Select(w => new HotWord(w, weight))], []);
        }

        string[] others = Unrelated(NgramGraph.Read("Gr.fst", File.ReadAllBytes(pack.PathOf("graph/Gr.fst"))), sentences);
        foreach (int count in s_unrelated.Where(c => Wanted(c.ToString(CultureInfo.InvariantCulture))))
        {
            Measure($"{count} words that nobody says, weight 4", plain, sentences, [.. others.Take(count).Select(w => new HotWord(w, 4))], others[..count]);
        }

        if (Wanted("all"))
        {
            Measure($"{others.Length} words that nobody says and those of the list, weight 4", plain, sentences, [.. others.Concat(words).Select(w => new HotWord(w, 4))], others);
        }

        if (Wanted("start"))
        {
            await StartAsync(store, words);
        }
    }

    private static void Measure(string name, VoskModel plain, List<Sentence> sentences, HotWord[] words, string[] unsaid)
    {
        long before = Environment.WorkingSet;
        long started = Stopwatch.GetTimestamp();
        TimeSpan computed = Environment.CpuUsage.TotalTime;
        using IRecognizerModel model = plain.LoadFor(words)!.Load();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"loaded in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms ({(Environment.CpuUsage.TotalTime - computed).TotalMilliseconds:0} ms of a processor), {(Environment.WorkingSet - before) / 1048576} MB"));
        Report(name, model, sentences, unsaid);
    }

    private static void Report(string name, IRecognizerModel model, List<Sentence> sentences, string[] unsaid)
    {
        var found = new int[2];
        int partials = 0, inserted = 0, heard = 0;
        string[] others = [.. sentences.Select(s => s.Word).Concat(unsaid).Distinct()];
        TimeSpan before = Environment.CpuUsage.TotalTime;
        foreach (Sentence sentence in sentences)
        {
            (string text, bool inPartial) = Recognize(model, sentence);
            bool has = Has(text, sentence.Word);
            found[sentence.Tuned ? 1 : 0] += has ? 1 : 0;
            partials += inPartial ? 1 : 0;
            heard += text.Split(' ').Length;
            inserted += others.Count(w => Has(text, w) && !Has(sentence.Text, w));
        }

        double seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        int tuned = sentences.Count(s => s.Tuned);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: found {found[1]} of {tuned} tuned on, {found[0]} of {sentences.Count - tuned} others, {partials} in a partial; {inserted} false of {heard} words; processor {seconds:0.0} s of {sentences.Sum(s => s.Samples.Length) / 16000.0:0} s of audio"));
    }

    private static (string Text, bool InPartial) Recognize(IRecognizerModel model, Sentence sentence)
    {
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        bool inPartial = false;
        for (int i = 0; i < sentence.Samples.Length; i += Piece)
        {
            recognizer.Accept(sentence.Samples.AsSpan(i, Math.Min(Piece, sentence.Samples.Length - i)));
            inPartial |= Has(Text(recognizer.Partial()), sentence.Word);
        }

        return (Text(recognizer.EndStream()), inPartial);
    }

    // How long a stream takes to start: with a list that is new, with the same list again, and without one.
    private static async Task StartAsync(ModelStore store, string[] words)
    {
        await using RecognitionEngine engine = RecognitionEngine.Create(store);
        var request = new StreamRequest { Model = "paraformer-realtime-v2", Format = "pcm", SampleRate = 16000, Languages = ["en"] };
        await engine.WarmUpAsync(request);
        foreach (StreamRequest next in (StreamRequest[])[request, request with { HotWords = [.. words.Select(w => new HotWord(w, 4))] }])
        {
            for (int i = 0; i < 3; i++)
            {
                long started = Stopwatch.GetTimestamp();
                await using IRecognitionStream stream = await engine.StartAsync(next);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"stream {i + 1} with {next.HotWords.Count} hot words started in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms"));
                await Task.Delay(2000);
            }
        }
    }

    // Rare words, spread over the vocabulary, that no sentence has.
    private static string[] Unrelated(NgramGraph graph, List<Sentence> sentences)
    {
        const int RareCost = 11;
        HashSet<string> said = [.. sentences.SelectMany(s => s.Text.Split(' '))];
        string[] rare = [.. graph.Vocabulary
            .Where(w => w.Key.Length >= 4 && w.Key.All(char.IsAsciiLetterLower) && !said.Contains(w.Key) && graph.Arc(0, w.Value) is >= 0 and int arc && graph.Costs[arc] > RareCost)
            .Select(w => w.Key)
            .Order(StringComparer.Ordinal)];
        int most = s_unrelated.Max();
        string[] chosen = [.. Enumerable.Range(0, most).Select(i => rare[(int)((long)i * rare.Length / most)])];
        new Random(1).Shuffle(chosen);
        return chosen;
    }

    private static bool Has(string text, string words) => $" {text} ".Contains($" {words} ", StringComparison.Ordinal);

    private static string Text(IEnumerable<WordHypothesis> words) => string.Join(' ', words.Select(w => w.Text));

    // Half a second of silence on both sides.
    private static float[] Speak(string voice, string text)
    {
        const int Silence = 8000;
        if (voice.EndsWith(".wav", StringComparison.Ordinal))
        {
            return [.. new float[Silence], .. Read(Path.Combine("samples", "audio", voice)), .. new float[Silence]];
        }

        string file = Path.GetTempFileName();
        using Process flite = Process.Start("flite", ["-voice", voice, "-t", text, "-o", file]);
        flite.WaitForExit();
        float[] samples = [.. new float[Silence], .. Read(file), .. new float[Silence]];
        File.Delete(file);
        return samples;
    }

    private static float[] Read(string file)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(file);
        int at = bytes.IndexOf("data"u8) + 8;
        var samples = new float[(bytes.Length - at) / 2];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = BitConverter.ToInt16(bytes[(at + (2 * i))..]) / 32768f;
        }

        return samples;
    }

    private sealed record Sentence(string Word, string Text, bool Tuned, float[] Samples);
}
