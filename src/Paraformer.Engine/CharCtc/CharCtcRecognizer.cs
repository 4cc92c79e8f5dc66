using System.Globalization;
using System.Numerics.Tensors;
using Paraformer.Engine.Biasing;
using Paraformer.Engine.Features;
using Paraformer.Engine.Routing;

namespace Paraformer.Engine.CharCtc;

/// <summary>
/// One stream on a <see cref="CharCtcModel"/>. The network looks 240 ms ahead; an utterance's end is computed as if silence
/// followed, so that an utterance's words are those of the network run over the whole of it.
/// </summary>
internal sealed class CharCtcRecognizer : IStreamingRecognizer, ILanguageEvidence
{
    /// <summary>Neighbouring frames that the network takes at once.</summary>
    public const int StackedFrames = 5;

    private const int FrameStep = 3;
    private const int SamplesPerFrame = FrameStep * 160;

    // The network's 240 ms and half of its input window.
    private const int LookAhead = 16 * 280;

    // The network remembers 1.2 s. With less than that before a word, it hears the word as no training ever began.
    private const int LeadIn = 16 * 1500;

    // A class is heard near the end of its character, which lasts a fifth of a second.
    private const int CharacterBegin = 16 * 140;
    private const int CharacterEnd = 16 * 80;

    // English pieces to a Chinese character where either language is as likely, and how much more of them say: fitted with the
    // weights of the recognisers side by side. Coding takes most of the pieces away: median, a piece to three
    // characters in clean English, to twenty in English as MP3 of 16 kbit/s, and to five hundred or more in Mandarin.
    private const float NeutralShare = 0.02f;
    private const float EvidenceWeight = 1.5f;

    // Log posterior of the blank where a frame holds nothing else. What a coder leaves of English pieces is faint: a class counts however little it is.
    private const float Silent = -0.01f;

    private readonly CharCtcModel _model;
    private readonly FilterBankStream _bank;
    private readonly LowFrameRate _stacker = new(80, StackedFrames, FrameStep);
    private readonly FsmnNetwork.Stream _network;
    private readonly WordBeamSearch _search;
    private readonly BiasWords? _bias;
    private readonly FrameBuffer _mel = new(80);
    private readonly FrameBuffer _stacked = new(80 * StackedFrames);
    private readonly FrameBuffer _posteriors;
    private readonly List<WordRecord> _words = [];
    private readonly List<WordHypothesis> _result = [];
    private float _chinese;
    private float _english;
    private long _accepted;
    private long _utteranceBegin;

    public CharCtcRecognizer(CharCtcModel model, IReadOnlyList<HotWord> hotWords)
    {
        _model = model;
        _bank = new FilterBankStream(model.FilterBank);
        _network = model.Network.CreateStream();
        _posteriors = new FrameBuffer(model.Network.Outputs);
        _bias = model.Bias.For(hotWords);
        _search = new WordBeamSearch(model.Tree, model.Language, new SearchOptions(), _bias);
    }

    public int LookAheadSamples => LookAhead;

    public int LeadInSamples => LeadIn;

    public void Accept(ReadOnlySpan<float> samples)
    {
        _accepted += samples.Length;
        _bank.Accept(samples, _mel);
        _stacker.Accept(_mel, _stacked);
        Run();
        Search();
    }

    public IReadOnlyList<WordHypothesis> Partial() => Words(complete: false);

    public IReadOnlyList<WordHypothesis> EndUtterance()
    {
        _bank.Finish(_mel);
        _stacker.Accept(_mel, _stacked);
        _stacker.Finish(_stacked);
        Run();
        _network.Finish(_posteriors);
        Search();
        IReadOnlyList<WordHypothesis> words = Words(complete: true);
        _search.Reset();
        (_chinese, _english) = (0, 0);
        _utteranceBegin = _accepted;
        return words;
    }

    public IReadOnlyList<WordHypothesis> EndStream() => EndUtterance();

    /// <summary>
    /// The network knows pieces of English words too, though no words to make of them. It hears few in English and next to none in
    /// Mandarin.
    /// </summary>
    public float EvidenceFor(string language) =>
        language == "en" ? EvidenceWeight * MathF.Log((_english + NeutralShare) / ((_chinese + 1) * NeutralShare)) : 0;

    public void Dispose()
    {
    }

    private void Run()
    {
        _model.Statistics.Apply(_stacked.Values);
        _network.Run(_stacked, _posteriors);
    }

    private void Search()
    {
        for (int i = 0; i < _posteriors.Count; i++)
        {
            Span<float> frame = _posteriors[i];
            Normalize(frame);
            Weigh(frame);
            _search.Step(frame);
        }

        _posteriors.Clear();
    }

    private void Weigh(ReadOnlySpan<float> frame)
    {
        for (int c = 2; frame[0] < Silent && c < frame.Length; c++)
        {
            ref float side = ref (_model.Lexicon.IsLatin(c) ? ref _english : ref _chinese);
            side += MathF.Exp(frame[c]);
        }
    }

    private static void Normalize(Span<float> logits)
    {
        float max = TensorPrimitives.Max<float>(logits);
        double sum = 0;
        foreach (float logit in logits)
        {
            // What lies further down adds nothing to a float.
            sum += logit > max - 20 ? MathF.Exp(logit - max) : 0;
        }

        TensorPrimitives.Subtract(logits, max + (float)Math.Log(sum), logits);
    }

    private List<WordHypothesis> Words(bool complete)
    {
        _result.Clear();
        (WordRecord begun, int classes) = _search.Best(complete, _words);
        int previous = -1;
        foreach (WordRecord word in _words)
        {
            Add(word, previous, Text(word.Word), LengthOf(word.Word));
            previous = word.Word;
        }

        if (classes > 0)
        {
            var text = new StringInfo(Text(begun.Word));
            Add(begun, previous, text.SubstringByTextElements(0, Math.Min(classes, text.LengthInTextElements)), classes);
        }

        return _result;
    }

    private void Add(in WordRecord record, int previous, string text, int classes)
    {
        long begin = Math.Max(_utteranceBegin, Sample(record.FirstFrame) - CharacterBegin);
        long end = Math.Min(_accepted, Sample(record.LastFrame) + CharacterEnd);
        float confidence = MathF.Exp(Math.Min(0, record.Posterior) / Math.Max(1, classes));
        if (_result.Count > 0)
        {
            WordHypothesis last = _result[^1];
            if (IsPiece(record.Word) && IsPiece(previous))
            {
                _result[^1] = last with { Text = last.Text + text, EndSample = end, Confidence = Math.Min(last.Confidence, confidence) };
                return;
            }

            begin = Math.Max(begin, last.EndSample < Sample(record.FirstFrame) ? last.EndSample : last.BeginSample);
            _result[^1] = last with { EndSample = Math.Max(last.BeginSample, Math.Min(last.EndSample, begin)) };
        }

        _result.Add(new WordHypothesis(text, begin, Math.Max(begin, end), confidence));
    }

    // A piece of an English word stands as a word of its own; pieces in a row are put together.
    private bool IsPiece(int word) => word >= _model.Language.VocabularySize && word < _model.Language.VocabularySize + _model.Lexicon.Tokens.Count
        && _model.Lexicon.IsLatin(word - _model.Language.VocabularySize);

    private string Text(int word)
    {
        int piece = word - _model.Language.VocabularySize;
        return piece < 0 ? _model.Language.Text(word)
            : piece < _model.Lexicon.Tokens.Count ? _model.Lexicon.Tokens[piece]
            : _bias!.Text(word - _bias.FirstWord);
    }

    private int LengthOf(int word)
    {
        int piece = word - _model.Language.VocabularySize;
        return piece < 0 ? new StringInfo(_model.Language.Text(word)).LengthInTextElements
            : piece < _model.Lexicon.Tokens.Count ? 1
            : _bias!.Length(word - _bias.FirstWord);
    }

    private long Sample(int frame) => _utteranceBegin + ((long)frame * SamplesPerFrame) + 200;
}
