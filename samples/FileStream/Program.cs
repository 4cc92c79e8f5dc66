// Streams a file as if it were spoken now: 3,200 bytes every 100 ms; results come to a callback while it is sent.
// usage: FileStream FILE.wav [zh,en]
using System.Globalization;
using Paraformer.Client;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: FileStream FILE.wav [LANGUAGES]");
    return 2;
}

var callback = new Printer();
using var recognition = new Recognition("paraformer-realtime-v2", callback, format: "wav", sampleRate: 16000)
{
    LanguageHints = args.Length > 1 ? args[1].Split(',') : ["zh", "en"],
};
recognition.Start();
using (FileStream file = File.OpenRead(args[0]))
{
    if (file.Length == 0)
    {
        throw new InvalidDataException("The supplied file was empty (zero bytes long)");
    }

    byte[] frame = new byte[3200];
    for (int read; (read = file.Read(frame)) > 0;)
    {
        recognition.SendAudioFrame(frame.AsSpan(0, read));
        await Task.Delay(100);
    }
}

recognition.Stop();
Console.WriteLine(
    $"[Metric] requestId: {recognition.GetLastRequestId()}, first package delay ms: {recognition.GetFirstPackageDelay()}, "
    + $"last package delay ms: {recognition.GetLastPackageDelay()}");
return callback.Failed ? 1 : 0;

internal sealed class Printer : RecognitionCallback
{
    private static string Now => DateTime.Now.ToString("[yyyy-MM-dd HH:mm:ss.fff]", CultureInfo.InvariantCulture);

    public bool Failed { get; private set; }

    public override void OnComplete() => Console.WriteLine($"{Now} Recognition completed");

    public override void OnError(RecognitionResult result)
    {
        Failed = true;
        Console.Error.WriteLine($"Recognition task_id: {result.RequestId}, error: {result.Message}");
    }

    public override void OnEvent(RecognitionResult result)
    {
        var sentence = result.GetSentence();
        Console.WriteLine($"{Now} text: {sentence?.Text}");
        if (RecognitionResult.IsSentenceEnd(sentence))
        {
            Console.WriteLine($"{Now} sentence end, request_id: {result.GetRequestId()}, usage: {result.GetUsage(sentence)}");
        }
    }
}
