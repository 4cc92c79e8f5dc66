using System.Globalization;
using Paraformer.Bench;
using Paraformer.Bench.HotWords;
using Paraformer.Bench.Load;
using Paraformer.Bench.Rivals;

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

if (args is ["attackers", string port, string attack])
{
    await Attacker.RunAsync(int.Parse(port, CultureInfo.InvariantCulture), attack);
    return 0;
}

if (args is ["attack", ..])
{
    await AttackTest.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 15);
    return 0;
}

if (args is ["hotwords", string list, ..])
{
    await EnglishHotWords.RunAsync(list, args[2..]);
    return 0;
}

if (args is ["batching", string graph, ..])
{
    await Batching.RunAsync(graph, [.. args[2..].Select(a => int.Parse(a, CultureInfo.InvariantCulture))], seconds: 20);
    return 0;
}

if (args is [SherpaVad.ChildCommand, string side, string library])
{
    SherpaVad.RunChild(side, library);
    return 0;
}

if (args is ["sherpa-vad", string package])
{
    await SherpaVad.RunAsync(package);
    return 0;
}

if (args is ["soak", string minutes, ..])
{
    string[] speech = args.Length > 2 ? args[2..] : [.. Directory.GetFiles(Path.Combine("samples", "audio"), "austen-*.wav").Order()];
    return await Soak.RunAsync(double.Parse(minutes, CultureInfo.InvariantCulture), speech) ? 0 : 1;
}

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
    case "punctuation":
        PunctuationSpeed.Run();
        return 0;
    case "text":
        TextSpeed.Run();
        return 0;
    case "opus" when args.Length == 4:
        await OpusSessions.RunAsync(int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromSeconds(double.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture)), args[3]);
        return 0;
    case "fbank":
        FilterBankSpeed.Run();
        return 0;
    case "mandarin" when args.Length > 1:
        await MandarinAccuracy.RunAsync(args[1], args[2..]);
        return 0;
    default:
        Console.Error.WriteLine("usage, from the repository's folder: live|first-partial|words|overhead [WAV…], fbank, mandarin FOLDER [HOTWORD…], hotwords LIST [none|WEIGHT|COUNT|all|start…], punctuation, text, batching GRAPH [STREAMS…], soak MINUTES [WAV…], sherpa-vad FOLDER, opus SESSIONS SECONDS OPUS-FILE, or load [STREAMS [SECONDS]]");
        return 2;
}
