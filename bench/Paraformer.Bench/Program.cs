using System.Globalization;
using Paraformer.Bench;
using Paraformer.Bench.Load;

if (args is ["load-server", string kind])
{
    await LoadServer.RunAsync(kind);
    return 0;
}

if (args is ["load", ..])
{
    int streams = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3000;
    await LoadTest.RunAsync(streams, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 30);
    return 0;
}

string[] files = args.Length > 1 ? args[1..] : [.. Directory.GetFiles(Path.Combine("samples", "audio"), "austen-*.wav").Order()];
switch (args.FirstOrDefault())
{
    case "live":
        await LiveLatency.RunAsync(files);
        return 0;
    case "overhead":
        await PipelineOverhead.RunAsync(files);
        return 0;
    case "punctuation":
        PunctuationSpeed.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: live|overhead [WAV…] | punctuation from the repository's folder, or load [STREAMS [SECONDS]]");
        return 2;
}
