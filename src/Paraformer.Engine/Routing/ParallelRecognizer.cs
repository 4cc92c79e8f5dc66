namespace Paraformer.Engine.Routing;

/// <summary>A recogniser's model and the language it is to hear; null where it hears several.</summary>
internal sealed record LanguageModel(string? Language, IRecognizerModel Model);

/// <summary>
/// Several recognisers on the same audio, one per language. Each sentence is that of the one that fits best: by the
/// confidence of its words, and by what those that hear languages apart say of its language.
/// </summary>
internal sealed class ParallelRecognizer : IStreamingRecognizer
{
    // A partial changes its language only for a clearly better one, so that captions do not flicker.
    private const float Advantage = 1.5f;

    // How much more confidence tells than the sound alone: English read aloud sounds up to thirteen times more like Chinese to a
    // small Chinese network, whose words for it have a third of the confidence of the English ones.
    private const int Trust = 6;

    // What a sentence without a word is worth, and where nothing speaks for or against a language.
    private const float NoWord = 1e-4f;
    private const float NoEvidence = 0.5f;

    // What words are worth whose confidence a recogniser does not know before the end.
    private const float UnknownConfidence = 0.9f;

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

    public IReadOnlyList<WordHypothesis> EndUtterance()
    {
        // The end of an utterance takes its evidence with it, so that comes first.
        float[] scores = Evidence();
        return Choose([.. _members.Select(m => m.Recognizer.EndUtterance())], scores, advantage: 1);
    }

    public ValueTask<IReadOnlyList<WordHypothesis>> EndUtteranceAsync(CancellationToken cancellationToken) =>
        EndAsync((r, token) => r.EndUtteranceAsync(token), cancellationToken);

    public IReadOnlyList<WordHypothesis> EndStream()
    {
        float[] scores = Evidence();
        return Choose([.. _members.Select(m => m.Recognizer.EndStream())], scores, advantage: 1);
    }

    public ValueTask<IReadOnlyList<WordHypothesis>> EndStreamAsync(CancellationToken cancellationToken) =>
        EndAsync((r, token) => r.EndStreamAsync(token), cancellationToken);

    public void Dispose()
    {
        foreach ((_, IStreamingRecognizer recognizer) in _members)
        {
            recognizer.Dispose();
        }
    }

    private async ValueTask<IReadOnlyList<WordHypothesis>> EndAsync(
        Func<IStreamingRecognizer, CancellationToken, ValueTask<IReadOnlyList<WordHypothesis>>> end, CancellationToken cancellationToken)
    {
        float[] scores = Evidence();
        var results = new IReadOnlyList<WordHypothesis>[_members.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = await end(_members[i].Recognizer, cancellationToken).ConfigureAwait(false);
        }

        return Choose(results, scores, advantage: 1);
    }

    // How well each language fits, before any words.
    private float[] Evidence()
    {
        var scores = new float[_members.Count];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = 1;
            foreach ((_, IStreamingRecognizer recognizer) in _members)
            {
                scores[i] *= (_members[i].Language is { } language ? (recognizer as ILanguageEvidence)?.ShareOf(language) : null) ?? NoEvidence;
            }
        }

        return scores;
    }

    private IReadOnlyList<WordHypothesis> Choose(IReadOnlyList<WordHypothesis>[] results, float[] scores, float advantage)
    {
        for (int i = 0; i < results.Length; i++)
        {
            scores[i] *= MathF.Pow(Confidence(results[i]), Trust) * (i == _chosen ? advantage : 1);
        }

        _chosen = Array.IndexOf(scores, scores.Max());
        return results[_chosen];
    }

    // Weighted by how long each word is: short words are heard into anything.
    private static float Confidence(IReadOnlyList<WordHypothesis> words)
    {
        double sum = 0;
        double weight = 0;
        foreach (WordHypothesis word in words)
        {
            long length = word.EndSample - word.BeginSample + 1;
            sum += word.Confidence * length;
            weight += length;
        }

        return weight == 0 ? NoWord : sum == 0 ? UnknownConfidence : Math.Max((float)(sum / weight), NoWord);
    }
}
