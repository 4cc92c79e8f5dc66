namespace Paraformer.Client.Tests.Support;

/// <summary>Writes down what is called, in order; each call can be given something to do.</summary>
internal sealed class RecordingCallback : RecognitionCallback
{
    private readonly Lock _gate = new();
    private readonly List<string> _calls = [];

    public Action<string, RecognitionResult?>? Then { get; init; }

    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string[] Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    public override void OnOpen() => Record("open", null);

    public override void OnEvent(RecognitionResult result) => Record($"event {result.Sentence!.Text}", result);

    public override void OnComplete() => Record("complete", null);

    public override void OnError(RecognitionResult result) => Record($"error {result.StatusCode} {result.Code}", result);

    public override void OnAudioLost(AudioRange range) => Record($"lost {range.BeginTime}-{range.EndTime}", null);

    public override void OnClose()
    {
        Record("close", null);
        Closed.TrySetResult();
    }

    private void Record(string call, RecognitionResult? result)
    {
        lock (_gate)
        {
            _calls.Add(call);
        }

        Then?.Invoke(call, result);
    }
}
