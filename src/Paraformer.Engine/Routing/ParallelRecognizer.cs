namespace Paraformer.Engine.Routing;

/// <summary>A recogniser's model and the language it is to hear; null where it hears several.</summary>
internal sealed record LanguageModel(string? Language, IRecognizerModel Model);

/// <summary>
/// Several recognisers on the same audio, one per language. Each sentence is that of the one that fits best: by the
/// confidence of its words, by how much of the speech they cover, and by what those that hear languages apart say of its language.
/// </summary>
internal sealed class ParallelRecognizer : IStreamingRecognizer
{
    // Scores are natural logarithms of odds, their weights fitted to English and Mandarin utterances, clean, of telephones and coded. English
    // sounds like Chinese to a small Chinese network, but its words for it have little confidence and cover less of the speech:
    // it leaves out what is no Chinese.
    private const float Trust = 1.25f;
    private const float Reach = 1.25f;

    // A partial changes its language only for a clearly better one, so that captions do not flicker.
    private const float Advantage = 1;

    // The least confidence and the least share of the speech, so that no sentence is impossible.
    private const float LeastConfidence = 1e-3f;
    private const float LeastShare = 1e-2f;

    // What words are worth whose confidence a recogniser does not know before the end.
    private const float UnknownConfidence = 0.9f;

    // Added to a word's length: where a recogniser knows no times yet, its words count all the same.
    private const int LeastLength = 16 * 60;

    private readonly IReadOnlyList<(string? Language, IStreamingRecognizer Recognizer)> _members;
    private int _chosen;

    /// <param name="members">The recognisers, the preferred one first.</param>
    public ParallelRecognizer(IReadOnlyList<(string? Language, IStreamingRecognizer Recognizer)> members)
    {
        ArgumentOutOfRangeException.ThrowIfZero(members.Count);
        _members = members;
    }

    /// <summary>Makes the state of one stream.</summary>
    public static ParallelRecognizer Create(IReadOnlyList<LanguageModel> models, RecognizerOptions options)
    {
        List<(string?, IStreamingRecognizer)> members = [];
        try
        {
            foreach (LanguageModel model in models)
            {
                members.Add((model.Language, model.Model.CreateRecognizer(options with { Language = model.Language })));
            }

            return new ParallelRecognizer(members);
        }
        catch
        {
            members.ForEach(m => m.Item2.Dispose());
            throw;
        }
    }

    public int LookAheadSamples => _members.Max(m => m.Recognizer.LookAheadSamples);

    public int LeadInSamples => _members.Max(m => m.Recognizer.LeadInSamples);

    public string? Language => _members[_chosen].Language ?? _members[_chosen].Recognizer.Language;

    public UtteranceTags? Tags => _members[_chosen].Recognizer.Tags;

    public void Accept(ReadOnlySpan<float> samples)
    {
        foreach ((_, IStreamingRecognizer recognizer) in _members)
        {
            recognizer.Accept(samples);
        }
    }

    public async ValueTask AcceptAsync(ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
    {
        foreach ((_, IStreamingRecognizer recognizer) in _members)
        {
            await recognizer.AcceptAsync(samples, cancellationToken).ConfigureAwait(false);
        }
    }

    public IReadOnlyList<WordHypothesis> Partial()
    {
        float[] scores = Evidence();
        return Choose([.. _members.Select(m => m.Recognizer.Partial())], scores, Advantage);
    }

    public ValueTask<IReadOnlyList<WordHypothesis>> PartialAsync(CancellationToken cancellationToken) =>
        AskAsync((r, token) => r.PartialAsync(token), Advantage, cancellationToken);

    public IReadOnlyList<WordHypothesis> EndUtterance()
    {
        // The end of an utterance takes its evidence with it, so that comes first.
        float[] scores = Evidence();
        return Choose([.. _members.Select(m => m.Recognizer.EndUtterance())], scores, advantage: 0);
    }

    public ValueTask<IReadOnlyList<WordHypothesis>> EndUtteranceAsync(CancellationToken cancellationToken) =>
        AskAsync((r, token) => r.EndUtteranceAsync(token), advantage: 0, cancellationToken);

    public IReadOnlyList<WordHypothesis> EndStream()
    {
        float[] scores = Evidence();
        return Choose([.. _members.Select(m => m.Recognizer.EndStream())], scores, advantage: 0);
    }

    public ValueTask<IReadOnlyList<WordHypothesis>> EndStreamAsync(CancellationToken cancellationToken) =>
        AskAsync((r, token) => r.EndStreamAsync(token), advantage: 0, cancellationToken);

    public void Dispose()
    {
        foreach ((_, IStreamingRecognizer recognizer) in _members)
        {
            recognizer.Dispose();
        }
    }

    private async ValueTask<IReadOnlyList<WordHypothesis>> AskAsync(
        Func<IStreamingRecognizer, CancellationToken, ValueTask<IReadOnlyList<WordHypothesis>>> ask, float advantage, CancellationToken cancellationToken)
    {
        float[] scores = Evidence();
        var results = new IReadOnlyList<WordHypothesis>[_members.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = await ask(_members[i].Recognizer, cancellationToken).ConfigureAwait(false);
        }

        return Choose(results, scores, advantage);
    }

    // How well each language fits, before any words.
    private float[] Evidence()
    {
        var scores = new float[_members.Count];
        for (int i = 0; i < scores.Length; i++)
        {
            foreach ((_, IStreamingRecognizer recognizer) in _members)
            {
                scores[i] += _members[i].Language is { } language && recognizer is ILanguageEvidence evidence ? evidence.EvidenceFor(language) : 0;
            }
        }

        return scores;
    }

    private IReadOnlyList<WordHypothesis> Choose(IReadOnlyList<WordHypothesis>[] results, float[] scores, float advantage)
    {
        var lengths = new long[results.Length];
        for (int i = 0; i < results.Length; i++)
        {
            scores[i] += Trust * MathF.Log(Confidence(results[i], out lengths[i]));
        }

        // Before any word there is nothing to choose between: the language stays that of the sentence before.
        long longest = lengths.Max();
        if (longest > 0)
        {
            for (int i = 0; i < scores.Length; i++)
            {
                scores[i] += (Reach * MathF.Log(Math.Max((float)lengths[i] / longest, LeastShare))) + (i == _chosen ? advantage : 0);
            }

            _chosen = Array.IndexOf(scores, scores.Max());
        }

        return results[_chosen];
    }

    // Weighted by how long each word is: short words are heard into anything.
    private static float Confidence(IReadOnlyList<WordHypothesis> words, out long length)
    {
        double sum = 0;
        length = 0;
        foreach (WordHypothesis word in words)
        {
            long own = word.EndSample - word.BeginSample + LeastLength;
            sum += word.Confidence * own;
            length += own;
        }

        return length == 0 ? LeastConfidence : sum == 0 ? UnknownConfidence : Math.Max((float)(sum / length), LeastConfidence);
    }
}
