using System.Globalization;
using Paraformer.Client;
using Paraformer.Protocol;

if (args.Length == 1 && args[0] == "--version")
{
    Console.WriteLine(typeof(RecognitionClient).Assembly.GetName().Version);
    return 0;
}

if (args.Length != 2)
{
    await Console.Error.WriteLineAsync("usage: paraformer-aot ws://HOST:PORT/api-ws/v1/inference FILE.wav | --version");
    return 2;
}

try
{
    await using var client = new RecognitionClient(new RecognitionClientOptions { Endpoint = new Uri(args[0]) });
    await using FileStream audio = File.OpenRead(args[1]);
    var options = new RecognitionOptions(ParaformerModel.RealtimeV2, AudioFormat.Wav, 16000) { LanguageHints = ["en"] };
    await foreach (RecognitionResult result in client.RecognizeAsync(audio, options))
    {
        if (result is { IsFinal: true, Sentence: { } sentence })
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sentence.BeginTime}\t{sentence.EndTime}\t{sentence.Text}"));
        }
    }

    return 0;
}
catch (RecognitionFailedException e)
{
    await Console.Error.WriteLineAsync($"{e.Code}: {e.Message} ({e.RequestId})");
    return 1;
}
