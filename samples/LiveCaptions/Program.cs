// Live captions with the asynchronous API: the audio is sent at the pace of speech while the results are read.
// usage: LiveCaptions FILE.wav [zh,en]
using Paraformer.Client;
using Paraformer.Protocol;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: LiveCaptions FILE.wav [LANGUAGES]");
    return 2;
}

await using var client = new RecognitionClient();
var options = new RecognitionOptions(ParaformerModel.RealtimeV2, AudioFormat.Wav, 16000)
{
    LanguageHints = args.Length > 1 ? args[1].Split(',') : null,
    Pacing = Pacing.RealTime,
};
try
{
    await using FileStream audio = File.OpenRead(args[0]);
    await foreach (RecognitionResult result in client.RecognizeAsync(audio, options))
    {
        if (result.Sentence is { } sentence)
        {
            Console.WriteLine($"{(result.IsFinal ? "final  " : "partial")} {TimeSpan.FromMilliseconds(sentence.BeginTime):mm\\:ss\\.ff}  {sentence.Text}");
        }
    }

    return 0;
}
catch (RecognitionFailedException e)
{
    Console.Error.WriteLine($"{e.Code}: {e.Message} (request {e.RequestId})");
    return 1;
}
