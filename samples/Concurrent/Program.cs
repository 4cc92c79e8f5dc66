// Recognises several files at the same time, in one process and without a thread for each.
// usage: Concurrent FILE.wav ... 
using System.Text;
using Paraformer.Client;
using Paraformer.Protocol;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: Concurrent FILE.wav ...");
    return 2;
}

await using var client = new RecognitionClient();
var options = new RecognitionOptions(ParaformerModel.RealtimeV2, AudioFormat.Wav, 16000) { LanguageHints = ["en"] };
(string File, string Text)[] results = await Task.WhenAll(args.Select(async file => (file, await TranscribeAsync(file))));
foreach ((string file, string text) in results)
{
    Console.WriteLine($"{Path.GetFileName(file)}: {text}");
}

return 0;

async Task<string> TranscribeAsync(string file)
{
    var text = new StringBuilder();
    await using FileStream audio = File.OpenRead(file);
    await foreach (RecognitionResult result in client.RecognizeAsync(audio, options))
    {
        if (result.IsFinal)
        {
            text.Append(result.Sentence?.Text).Append(' ');
        }
    }

    return text.ToString().TrimEnd();
}
