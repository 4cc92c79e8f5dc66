// Recognises a file in one call: blocks until all of it has been recognised, then prints the sentences.
// usage: FileCall FILE.wav [zh,en]
using Paraformer.Client;

if (args.Length == 0)
{
    Console.Error.WriteLine("usage: FileCall FILE.wav [LANGUAGES]");
    return 2;
}

// Without DASHSCOPE_API_KEY in the environment: DashScope.ApiKey = "apiKey";
// Without DASHSCOPE_WEBSOCKET_BASE_URL: DashScope.BaseWebSocketApiUrl = new Uri("ws://127.0.0.1:8765/api-ws/v1/inference");
using var recognition = new Recognition("paraformer-realtime-v2", callback: null, format: "wav", sampleRate: 16000)
{
    LanguageHints = args.Length > 1 ? args[1].Split(',') : ["zh", "en"],
};
RecognitionResult result = recognition.Call(args[0]);
if (result.StatusCode == RecognitionStatus.Ok)
{
    foreach (var sentence in result.GetSentences())
    {
        Console.WriteLine($"{sentence.BeginTime,7} - {sentence.EndTime,7} ms  {sentence.Text}");
    }
}
else
{
    Console.Error.WriteLine($"Error: {result.Message}");
}

Console.WriteLine(
    $"[Metric] requestId: {recognition.GetLastRequestId()}, first package delay ms: {recognition.GetFirstPackageDelay()}, "
    + $"last package delay ms: {recognition.GetLastPackageDelay()}");
return result.StatusCode == RecognitionStatus.Ok ? 0 : 1;
