using Paraformer.Bench;

string[] files = args.Length > 1 ? args[1..] : [.. Directory.GetFiles(Path.Combine("samples", "audio"), "austen-*.wav").Order()];
switch (args.FirstOrDefault())
{
    case "live":
        await LiveLatency.RunAsync(files);
        return 0;
    case "overhead":
        await PipelineOverhead.RunAsync(files);
        return 0;
    case "opus" when args.Length == 4:
        await OpusSessions.RunAsync(int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromSeconds(double.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture)), args[3]);
        return 0;
    default:
        Console.Error.WriteLine("usage: live|overhead [WAV…], or opus SESSIONS SECONDS OPUS-FILE, from the repository's folder");
        return 2;
}
