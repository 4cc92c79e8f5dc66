using System.Numerics.Tensors;
using Paraformer.Engine.Routing;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>
/// One stream on an <see cref="OfflineParaformerModel"/>, which hears utterances whole: partials are made by hearing again what there is so
/// far, the less often the longer it is, and the final by hearing all of it. What is longer than 30 s is settled in parts.
/// </summary>
internal sealed class OfflineParaformerRecognizer : IStreamingRecognizer, ILanguageEvidence
{
    // 30 s: the longest that the models were made for.
    private const int MaxFrames = 500;

    // A partial costs as much as a final of the same length: 0.6 s more of audio, and a fifth of the utterance.
    private const int PartialFrames = 10;
    private const int PartialShare = 5;

    private readonly OfflineParaformerModel _model;
    private readonly ParaformerFeatures _features;
    private readonly PhraseTree? _phrases;
    private readonly float[]? _bias;
    private readonly ScriptShare _scripts;
    private readonly List<HeardPiece> _settled = [];
    private readonly List<HeardPiece> _pieces = [];
    private readonly List<WordHypothesis> _words = [];
    private int _heardFrames;
    private long _firstFrame;
    private long _accepted;
    private long _utteranceBegin;

    public OfflineParaformerRecognizer(OfflineParaformerModel model, RecognizerOptions options)
    {
        _model = model;
        _features = model.Files.CreateFeatures();
        _scripts = new ScriptShare(model.Files.Vocabulary, model.Languages);
        IEnumerable<HotWord> wanted = options.HotWords.Where(w => w.Weight > 0 && (w.Language is null || model.Languages.Count == 0 || model.Languages.Contains(w.Language)));
        _bias = model.Embedder is { } embedder && wanted.Any() ? embedder.Embed(wanted.Select(w => w.Text)) : null;

        // A model that is told the wanted words does not need them a second time.
        _phrases = PhraseTree.Make(options.HotWords.Where(w => _bias is null || w.Weight < 0), model.Languages, model.Files.Vocabulary, model.Embedder?.Pieces);
    }

    /// <summary>It needs none: an utterance is heard whole.</summary>
    public int LookAheadSamples => 0;

    public void Accept(ReadOnlySpan<float> samples)
    {
        while (!samples.IsEmpty)
        {
            samples = samples[Take(samples)..];
            while (_features.Frames.Count >= MaxFrames)
            {
                Wait(SettleAsync(alone: true, CancellationToken.None));
            }
        }
    }

    public async ValueTask AcceptAsync(ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
    {
        while (!samples.IsEmpty)
        {
            samples = samples[Take(samples.Span)..];
            while (_features.Frames.Count >= MaxFrames)
            {
                await SettleAsync(alone: false, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public IReadOnlyList<WordHypothesis> Partial()
    {
        if (IsPartialDue)
        {
            Wait(HearAsync(_features.Frames.Count, alone: true, CancellationToken.None));
        }

        return _words;
    }

    public async ValueTask<IReadOnlyList<WordHypothesis>> PartialAsync(CancellationToken cancellationToken)
    {
        if (IsPartialDue)
        {
            await HearAsync(_features.Frames.Count, alone: false, cancellationToken).ConfigureAwait(false);
        }

        return _words;
    }

    public IReadOnlyList<WordHypothesis> EndUtterance()
    {
        _features.Finish();
        Wait(HearAsync(_features.Frames.Count, alone: true, CancellationToken.None));
        return Conclude();
    }

    public async ValueTask<IReadOnlyList<WordHypothesis>> EndUtteranceAsync(CancellationToken cancellationToken)
    {
        _features.Finish();
        await HearAsync(_features.Frames.Count, alone: false, cancellationToken).ConfigureAwait(false);
        return Conclude();
    }

    public IReadOnlyList<WordHypothesis> EndStream() => EndUtterance();

    public ValueTask<IReadOnlyList<WordHypothesis>> EndStreamAsync(CancellationToken cancellationToken) => EndUtteranceAsync(cancellationToken);

    public float EvidenceFor(string language) => ILanguageEvidence.FromShare(_scripts.ShareOf(language, _pieces));

    public void Dispose()
    {
    }

    private bool IsPartialDue => _features.Frames.Count - _heardFrames >= PartialFrames + (_features.Frames.Count / PartialShare);

    // What runs here and alone has ended when it returns.
    private static void Wait(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    private int Take(ReadOnlySpan<float> samples)
    {
        int take = Math.Min(samples.Length, 16000);
        _features.Accept(samples[..take]);
        _accepted += take;
        return take;
    }

    private WordHypothesis[] Conclude()
    {
        WordHypothesis[] words = [.. _words];
        _features.Remove(_features.Frames.Count);
        _settled.Clear();
        _pieces.Clear();
        _words.Clear();
        (_heardFrames, _firstFrame) = (0, 0);
        _utteranceBegin = _accepted;
        return words;
    }

    private async ValueTask HearAsync(int frames, bool alone, CancellationToken cancellationToken)
    {
        OfflineResult? result = null;
        if (frames > 0)
        {
            float[] values = _features.Frames.Values[..(frames * _features.Frames.Dimension)].ToArray();
            result = alone ? _model.Run(values, _bias) : await _model.RunAsync(values, _bias, cancellationToken).ConfigureAwait(false);
        }

        _pieces.Clear();
        _pieces.AddRange(_settled);
        if (result is not null)
        {
            Describe(result, frames);
        }

        _heardFrames = frames;
        PieceWords.Build(_model.Files.Vocabulary, _pieces, _words);
    }

    // Cuts where the last ten seconds are quietest.
    private async ValueTask SettleAsync(bool alone, CancellationToken cancellationToken)
    {
        int cut = MaxFrames;
        float quietest = float.PositiveInfinity;
        for (int i = MaxFrames * 2 / 3; i < MaxFrames; i++)
        {
            float loudness = TensorPrimitives.Sum<float>(_features.Frames[i]);
            if (loudness < quietest)
            {
                (quietest, cut) = (loudness, i);
            }
        }

        await HearAsync(cut, alone, cancellationToken).ConfigureAwait(false);
        _settled.Clear();
        _settled.AddRange(_pieces);
        _features.Remove(cut);
        _firstFrame += cut;
        _heardFrames = 0;
    }

    private void Describe(OfflineResult result, int frames)
    {
        int width = _model.Files.Vocabulary.Count;
        var search = new PhraseSearch(_phrases);
        for (int i = 0; i < result.Tokens; i++)
        {
            search.Step(result.Scores.AsSpan(i * width, width));
        }

        (int Token, float LogProbability)[] tokens = [.. search.Best().TakeWhile(t => t.Token != _model.Files.Vocabulary.End)];
        (double Begin, double End)[] spans = result.Peaks is { } peaks
            ? TokenTimes.Find(peaks, result.Alphas, tokens.Length)
            : Spread(tokens.Length, frames);
        for (int i = 0; i < tokens.Length; i++)
        {
            _pieces.Add(new HeardPiece(tokens[i].Token, Sample(spans[i].Begin), Sample(spans[i].End), tokens[i].LogProbability));
        }
    }

    // A model without timestamps leaves only this: its tokens lie evenly between the first and the last loud frame.
    private (double Begin, double End)[] Spread(int count, int frames)
    {
        float[] loudness = [.. Enumerable.Range(0, frames).Select(i => TensorPrimitives.Sum<float>(_features.Frames[i]))];
        float middle = (loudness.Max() + loudness.Min()) / 2;
        int first = Array.FindIndex(loudness, l => l >= middle);
        int last = Array.FindLastIndex(loudness, l => l >= middle) + 1;
        const int StepsPerFrame = ChunkShape.FrameSamples / TokenTimes.StepSamples;
        double length = (double)(last - first) * StepsPerFrame / Math.Max(1, count);
        return [.. Enumerable.Range(0, count).Select(i => ((first * StepsPerFrame) + (i * length), (first * StepsPerFrame) + ((i + 1) * length)))];
    }

    private long Sample(double step) => Math.Clamp(
        _utteranceBegin + (_firstFrame * ChunkShape.FrameSamples) + (long)(step * TokenTimes.StepSamples), _utteranceBegin, _accepted);
}
