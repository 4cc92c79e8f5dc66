using Paraformer.Engine.Features;
using Paraformer.Engine.Tokens;

namespace Paraformer.Engine.Zipformer;

/// <summary>
/// One stream on a <see cref="ZipformerModel"/>. An utterance's end is decoded as if silence followed, and the next one begins anew, so that an utterance's
/// words are those of the utterance alone.
/// </summary>
internal sealed class ZipformerRecognizer : IStreamingRecognizer
{
    // A token is told in one frame, near its begin; it lasts about as long as a syllable.
    private const int TokenSamples = 16 * 160;

    private readonly ZipformerModel _model;
    private readonly ITokenSearch _search;
    private readonly ZipformerStream _stream;
    private readonly FrameBuffer _rows;
    private readonly WordBuilder _builder;
    private readonly List<TokenSpan> _tokens = [];
    private readonly List<WordHypothesis> _words = [];
    private bool _heardRows;
    private long _accepted;
    private long _utteranceBegin;

    public ZipformerRecognizer(ZipformerModel model, ITokenSearch search, RecognizerOptions options)
    {
        _model = model;
        _search = search;
        _stream = new ZipformerStream(model.Encoder, model.FilterBank);
        _rows = new FrameBuffer(model.Encoder.OutputWidth);
        _builder = new WordBuilder(model.Tokens, options.Punctuation);
    }

    /// <summary>It needs none: the end of an utterance is decoded with silence behind it.</summary>
    public int LookAheadSamples => 0;

    public void Accept(ReadOnlySpan<float> samples)
    {
        _accepted += samples.Length;
        _stream.Accept(samples, _rows);
        Search();
    }

    public IReadOnlyList<WordHypothesis> Partial()
    {
        if (_heardRows)
        {
            Build();
        }

        return _words;
    }

    public IReadOnlyList<WordHypothesis> EndUtterance()
    {
        _stream.Finish(_rows);
        Search();
        Build();
        List<WordHypothesis> words = [.. _words];
        _search.Reset();
        _words.Clear();
        _utteranceBegin = _accepted;
        return words;
    }

    public IReadOnlyList<WordHypothesis> EndStream() => EndUtterance();

    public void Dispose() => _stream.Dispose();

    private void Search()
    {
        for (int i = 0; i < _rows.Count; i++)
        {
            _search.Step(_rows[i]);
        }

        _heardRows |= _rows.Count > 0;
        _rows.Clear();
    }

    private void Build()
    {
        _tokens.Clear();
        foreach (HeardToken token in _search.Best())
        {
            _tokens.Add(new TokenSpan(token.Token, Sample(token.FirstFrame, 0), Sample(token.LastFrame, TokenSamples), token.LogProbability));
        }

        _builder.Build(_tokens, _words);
        _heardRows = false;
    }

    private long Sample(int row, int behind) =>
        Math.Clamp(_utteranceBegin + ((long)row * _model.Encoder.SamplesPerRow) + behind, _utteranceBegin, _accepted);
}
