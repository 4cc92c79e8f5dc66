// Recognises what a microphone hears until Ctrl+C. The audio comes through standard input, so that any recorder will do:
//   arecord -q -t raw -f S16_LE -r 16000 -c 1 | dotnet run --project samples/Microphone
//   ffmpeg -loglevel error -f avfoundation -i :0 -f s16le -ar 16000 -ac 1 - | dotnet run --project samples/Microphone
using Paraformer.Client;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    Console.WriteLine("Ctrl+C pressed, stop recognition ...");
    e.Cancel = true;
    stop.Cancel();
};

using var recognition = new Recognition("paraformer-realtime-v2", new Printer(stop), format: "pcm", sampleRate: 16000)
{
    LanguageHints = args.Length > 0 ? args[0].Split(',') : null,
    SemanticPunctuationEnabled = false,
};
recognition.Start();
Console.WriteLine("Press 'Ctrl+C' to stop recording and recognition...");

await using Stream microphone = Console.OpenStandardInput();
byte[] frame = new byte[3200];
try
{
    for (int read; (read = await microphone.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, stop.Token)) > 0;)
    {
        recognition.SendAudioFrame(frame.AsSpan(0, read));
    }
}
catch (OperationCanceledException)
{
    Console.WriteLine("Recognition stopped.");
}

recognition.Stop();
Console.WriteLine(
    $"[Metric] requestId: {recognition.GetLastRequestId()}, first package delay ms: {recognition.GetFirstPackageDelay()}, "
    + $"last package delay ms: {recognition.GetLastPackageDelay()}");

internal sealed class Printer(CancellationTokenSource stop) : RecognitionCallback
{
    public override void OnOpen() => Console.WriteLine("RecognitionCallback open.");

    public override void OnClose() => Console.WriteLine("RecognitionCallback close.");

    public override void OnComplete() => Console.WriteLine("RecognitionCallback completed.");

    public override void OnError(RecognitionResult result)
    {
        Console.Error.WriteLine($"RecognitionCallback task_id: {result.RequestId}, error: {result.Message}");
        stop.Cancel();
    }

    public override void OnEvent(RecognitionResult result)
    {
        Console.WriteLine($"RecognitionCallback text: {result.GetSentence()?.Text}");
        if (RecognitionResult.IsSentenceEnd(result.GetSentence()))
        {
            Console.WriteLine($"RecognitionCallback sentence end, request_id: {result.GetRequestId()}, usage: {result.GetUsage(result.GetSentence())}");
        }
    }
}
