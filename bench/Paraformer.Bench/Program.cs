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
    case "fbank":
        FilterBankSpeed.Run();
        return 0;
    case "mandarin" when args.Length > 1:
        MandarinAccuracy.Run(args[1], args[2..]);
        return 0;
    default:
        Console.Error.WriteLine("usage: live|overhead [WAV…], fbank, or mandarin FOLDER [HOTWORD…], from the repository's folder");
        return 2;
}
