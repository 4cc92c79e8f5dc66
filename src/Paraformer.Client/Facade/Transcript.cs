using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>Collects the results of a whole call.</summary>
internal sealed class Transcript
{
    private readonly List<Sentence> _sentences = [];
    private readonly Dictionary<long, Usage> _usageByEndTime = [];
    private Sentence? _unfinished;
    private Usage? _usage;

    public void Add(RecognitionResult result)
    {
        _usage = result.Usage ?? _usage;
        if (result is not { IsFinal: true, Sentence: { } sentence })
        {
            _unfinished = result.Sentence;
            return;
        }

        _unfinished = null;
        _sentences.Add(sentence);
        if (result.Usage is { } used && sentence.EndTime is { } end)
        {
            _usageByEndTime[end] = used;
        }
    }

    /// <summary>An outcome with what has been heard: all final sentences and, of a call that failed, the one that was not finished.</summary>
    public RecognitionResult Complete(RecognitionResult outcome) => outcome with
    {
        Sentence = outcome.StatusCode == RecognitionStatus.Ok ? null : _unfinished,
        Sentences = _sentences,
        UsageByEndTime = _usageByEndTime,
        Usage = _usage,
    };
}
