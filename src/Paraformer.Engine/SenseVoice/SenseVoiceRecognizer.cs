using Paraformer.Engine.Features;
using Paraformer.Engine.Routing;
using Paraformer.Engine.Tokens;

namespace Paraformer.Engine.SenseVoice;

/// <summary>
/// One stream on a <see cref="SenseVoiceModel"/>, which hears utterances whole: partials are made by hearing again what there is so
/// far, the less often the longer it is, and the final by hearing all of it. What is longer than 30 s is settled in parts.
/// </summary>
internal sealed class SenseVoiceRecognizer : IStreamingRecognizer, ILanguageEvidence
{
    // 30 s: the longest that the model was made for.
    private const int MaxFrames = 500;

    // A partial costs as much as a final of the same length: 0.6 s more of audio, and a fifth of the utterance.
    private const int PartialFrames = 10;
    private const int PartialShare = 5;

    private readonly SenseVoiceModel _model;
    private readonly string? _language;
    private readonly bool _written;
    private readonly FilterBankStream _bank;
    private readonly LowFrameRate _stacker = new(FilterBankOptions.FunAsr.MelBins, SenseVoiceModel.WindowFrames, SenseVoiceModel.ShiftFrames);
    private readonly FrameBuffer _mel = new(FilterBankOptions.FunAsr.MelBins);
    private readonly FrameBuffer _stacked;
    private readonly FrameBuffer _frames;
    private readonly WordBuilder _builder;
    private readonly List<TokenSpan> _settled = [];
    private readonly List<TokenSpan> _tokens = [];
    private readonly List<WordHypothesis> _words = [];
    private SenseVoiceResult? _latest;
    private bool _ended;
    private int _heardFrames;
    private long _firstFrame;
    private long _accepted;
    private long _utteranceBegin;

    public SenseVoiceRecognizer(SenseVoiceModel model, RecognizerOptions options)
    {
        _model = model;
        _language = options.Language;
        _written = options.Punctuation && options.InverseTextNormalization;
        _bank = new FilterBankStream(model.FilterBank);
        _stacked = new FrameBuffer(_stacker.OutputDimension);
        _frames = new FrameBuffer(_stacker.OutputDimension);
        _builder = new WordBuilder(model.Tokens, options.Punctuation);
    }

    /// <summary>It needs none: an utterance is heard whole.</summary>
    public int LookAheadSamples => 0;

    public string? Language => _latest?.Language is { } language and not "nospeech" ? language : _language;

    public UtteranceTags? Tags => _latest is { } latest ? new UtteranceTags(EmotionOf(latest.Emotion), latest.EmotionConfidence, EventOf(latest.Event)) : null;

    public void Accept(ReadOnlySpan<float> samples)
    {
        Extract(samples);
        Wait(KeepAsync(alone: true, CancellationToken.None));
    }

    public ValueTask AcceptAsync(ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
    {
        Extract(samples.Span);
        return KeepAsync(alone: false, cancellationToken);
    }

    public IReadOnlyList<WordHypothesis> Partial()
    {
        if (IsPartialDue)
        {
            Wait(HearAsync(alone: true, CancellationToken.None));
        }

        return _words;
    }

    public async ValueTask<IReadOnlyList<WordHypothesis>> PartialAsync(CancellationToken cancellationToken)
    {
        if (IsPartialDue)
        {
            await HearAsync(alone: false, cancellationToken).ConfigureAwait(false);
        }

        return _words;
    }

    public IReadOnlyList<WordHypothesis> EndUtterance()
    {
        Wait(HearRestAsync(alone: true, CancellationToken.None));
        return Conclude();
    }

    public async ValueTask<IReadOnlyList<WordHypothesis>> EndUtteranceAsync(CancellationToken cancellationToken)
    {
        await HearRestAsync(alone: false, cancellationToken).ConfigureAwait(false);
        return Conclude();
    }

    public IReadOnlyList<WordHypothesis> EndStream() => EndUtterance();

    public ValueTask<IReadOnlyList<WordHypothesis>> EndStreamAsync(CancellationToken cancellationToken) => EndUtteranceAsync(cancellationToken);

    public float EvidenceFor(string language) => ILanguageEvidence.FromShare(_latest is { } latest && latest.LanguageShares.TryGetValue(language, out float share) ? share : null);

    public void Dispose()
    {
    }

    private static string? EmotionOf(string tag) => tag switch
    {
        "HAPPY" => "positive",
        "SAD" or "ANGRY" or "FEARFUL" or "DISGUSTED" => "negative",
        "NEUTRAL" or "SURPRISED" => "neutral",
        _ => null,
    };

    private static string? EventOf(string tag) => tag is "Speech" or "Event_UNK" ? null : tag.ToLowerInvariant();

    private bool IsPartialDue => _frames.Count - _heardFrames >= PartialFrames + (_frames.Count / PartialShare);

    // What runs here and alone has ended when it returns.
    private static void Wait(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    private void Extract(ReadOnlySpan<float> samples)
    {
        if (_ended)
        {
            (_ended, _latest) = (false, null);
        }

        _accepted += samples.Length;
        _bank.Accept(samples, _mel);
        _stacker.Accept(_mel, _stacked);
    }

    private async ValueTask KeepAsync(bool alone, CancellationToken cancellationToken)
    {
        _model.Statistics.Apply(_stacked.Values);
        while (_stacked.Count > 0)
        {
            int take = Math.Min(_stacked.Count, MaxFrames - _frames.Count);
            _stacked.Values[..(take * _stacked.Dimension)].CopyTo(_frames.AddRange(take));
            _stacked.RemoveFirst(take);
            if (_frames.Count == MaxFrames)
            {
                await HearAsync(alone, cancellationToken).ConfigureAwait(false);
                Settle();
            }
        }
    }

    private async ValueTask HearRestAsync(bool alone, CancellationToken cancellationToken)
    {
        _bank.Finish(_mel);
        _stacker.Accept(_mel, _stacked);
        _stacker.Finish(_stacked);
        await KeepAsync(alone, cancellationToken).ConfigureAwait(false);
        if (_frames.Count > 0)
        {
            await HearAsync(alone, cancellationToken).ConfigureAwait(false);
        }
    }

    private List<WordHypothesis> Conclude()
    {
        List<WordHypothesis> words = [.. _words];
        _frames.Clear();
        _settled.Clear();
        _words.Clear();
        (_heardFrames, _firstFrame) = (0, 0);
        _utteranceBegin = _accepted;
        _ended = true;
        return words;
    }

    private async ValueTask HearAsync(bool alone, CancellationToken cancellationToken)
    {
        float[] values = _frames.Values.ToArray();
        _latest = alone ? _model.Run(values, _language, _written) : await _model.RunAsync(values, _language, _written, cancellationToken).ConfigureAwait(false);
        _heardFrames = _frames.Count;
        _tokens.Clear();
        _tokens.AddRange(_settled);
        foreach (HeardToken token in _latest.Tokens)
        {
            _tokens.Add(new TokenSpan(token.Token, Sample(token.FirstFrame), Sample(token.LastFrame + 1), token.LogProbability));
        }

        _builder.Build(_tokens, _words);
    }

    // Cuts at the longest pause of the last ten seconds; what lies behind it is heard again with what follows.
    private void Settle()
    {
        int cut = MaxFrames;
        int longest = 0;
        int previous = MaxFrames * 2 / 3;
        foreach (HeardToken token in _latest!.Tokens.Append(new HeardToken(0, MaxFrames, MaxFrames, 0)).Where(t => t.FirstFrame >= previous || t.LastFrame >= previous))
        {
            if (token.FirstFrame - previous > longest)
            {
                (longest, cut) = (token.FirstFrame - previous, (token.FirstFrame + previous + 1) / 2);
            }

            previous = Math.Max(previous, token.LastFrame);
        }

        foreach (HeardToken token in _latest.Tokens.Where(t => t.FirstFrame < cut))
        {
            _settled.Add(new TokenSpan(token.Token, Sample(token.FirstFrame), Sample(token.LastFrame + 1), token.LogProbability));
        }

        _frames.RemoveFirst(cut);
        _firstFrame += cut;
        _heardFrames = Math.Max(0, _heardFrames - cut);
    }

    // Frames are centred on what they stand for: they begin half of their 60 ms earlier.
    private long Sample(int frame) =>
        Math.Clamp(_utteranceBegin + ((_firstFrame + frame) * SenseVoiceModel.FrameSamples) - (SenseVoiceModel.FrameSamples / 2), _utteranceBegin, _accepted);
}
