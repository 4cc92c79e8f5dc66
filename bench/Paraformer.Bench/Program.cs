using Paraformer.Bench;

string[] files = args.Length > 1 ? args[1..] : [.. Directory.GetFiles(Path.Combine("samples", "audio"), "austen-*.wav").Order()];
switch (args.FirstOrDefault())
{
    case "live":
        await LiveLatency.RunAsync(files);
        return 0;
    case "first-partial":
        await FirstPartial.RunAsync(files);
        return 0;
    case "words":
        await RecognizedText.RunAsync(files);
        return 0;
    case "overhead":
        await PipelineOverhead.RunAsync(files);
        return 0;
    default:
        Console.Error.WriteLine("usage: live|first-partial|words|overhead [WAV…] from the repository's folder");
        return 2;
}
