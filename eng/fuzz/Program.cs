using System.Diagnostics;
using Paraformer.Fuzz;

if (args.Length < 2 || !Targets.All.ContainsKey(args[0]) || !double.TryParse(args[1], out double seconds))
{
    Console.Error.WriteLine($"usage: TARGET SECONDS [SEED] from the repository's folder; targets: {string.Join(' ', Targets.All.Keys)}");
    return 2;
}

string target = args[0];
int seed = args.Length > 2 && int.TryParse(args[2], out int given) ? given : Environment.TickCount;
var random = new Random(seed);
var mutator = new Mutator(random, maxSize: 16 * 1024);
var corpus = Directory.GetFiles(Path.Combine("eng", "fuzz", "corpus", target)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
var seen = new HashSet<int>(corpus.Select(input => Targets.Run(target, input)));
long runs = 0;
TimeSpan budget = TimeSpan.FromSeconds(seconds);
using var self = Process.GetCurrentProcess();
while (runs % 256 != 0 || self.TotalProcessorTime < budget)
{
    byte[] input = mutator.Mutate(corpus[random.Next(corpus.Count)], corpus[random.Next(corpus.Count)]);
    runs++;
    if (target is "opus" or "speex" && random.Next(4) > 0)
    {
        OggRepair.Apply(input);
    }

    try
    {
        // What the parser has not done before is worth to be changed further.
        if (seen.Add(Targets.Run(target, input)) && corpus.Count < 5000)
        {
            corpus.Add(input);
        }
    }
    catch (Exception e)
    {
        string file = $"crash-{target}-{seed}-{runs}";
        File.WriteAllBytes(file, input);
        Console.Error.WriteLine($"{target}: {e.GetType().Name}: {e.Message}; the input is {file} (copy it to eng/fuzz/corpus/{target} with its repair)\n{e.StackTrace}");
        return 1;
    }

    self.Refresh();
}

Console.WriteLine($"{target}: {runs} inputs in {seconds} s of processor time, {seen.Count} ways, seed {seed}: no failure");
return 0;
