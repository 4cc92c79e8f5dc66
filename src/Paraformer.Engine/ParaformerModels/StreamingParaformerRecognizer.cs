using Paraformer.Engine.Routing;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>One stream on a <see cref="StreamingParaformerModel"/>. Every utterance begins anew.</summary>
internal sealed class StreamingParaformerRecognizer : IStreamingRecognizer, ILanguageEvidence
{
    // What the encoder wants to see behind a word: the chunk's right context.
    private const int LookAhead = 16 * 300;

    // A token is known from where it ends; hardly one is longer than this.
    private const int LongestToken = 16 * 420;

    // The middle of a frame, counted from its place.
    private const int Middle = 200;

    private readonly StreamingParaformerModel _model;
    private readonly ChunkStream _chunks;
    private readonly PhraseSearch _search;
    private readonly List<ChunkPass> _passes = [];
    private readonly List<int> _fires = [];
    private readonly List<HeardPiece> _pieces = [];
    private readonly List<WordHypothesis> _words = [];
    private readonly ScriptShare _scripts;
    private long _accepted;
    private long _utteranceBegin;

    public StreamingParaformerRecognizer(StreamingParaformerModel model, RecognizerOptions options)
    {
        _model = model;
        _chunks = new ChunkStream(model, ChunkShape.Default);
        _search = new PhraseSearch(PhraseTree.Make(options.HotWords, model.Languages, model.Files.Vocabulary, null));
        _scripts = new ScriptShare(model.Files.Vocabulary, model.Languages);
    }

    public int LookAheadSamples => LookAhead;

    public void Accept(ReadOnlySpan<float> samples)
    {
        _accepted += samples.Length;
        _chunks.Accept(samples, _passes);
        Search();
    }

    public async ValueTask AcceptAsync(ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
    {
        _accepted += samples.Length;
        await _chunks.AcceptAsync(samples, _passes, cancellationToken).ConfigureAwait(false);
        Search();
    }

    public IReadOnlyList<WordHypothesis> Partial() => _words;

    public IReadOnlyList<WordHypothesis> EndUtterance()
    {
        _chunks.Finish(_passes);
        return Conclude();
    }

    public async ValueTask<IReadOnlyList<WordHypothesis>> EndUtteranceAsync(CancellationToken cancellationToken)
    {
        await _chunks.FinishAsync(_passes, cancellationToken).ConfigureAwait(false);
        return Conclude();
    }

    public IReadOnlyList<WordHypothesis> EndStream() => EndUtterance();

    public ValueTask<IReadOnlyList<WordHypothesis>> EndStreamAsync(CancellationToken cancellationToken) => EndUtteranceAsync(cancellationToken);

    public float EvidenceFor(string language) => ILanguageEvidence.FromShare(_scripts.ShareOf(language, _pieces));

    public void Dispose()
    {
    }

    private WordHypothesis[] Conclude()
    {
        Search();
        WordHypothesis[] words = [.. _words];
        _search.Reset();
        _fires.Clear();
        _pieces.Clear();
        _words.Clear();
        _utteranceBegin = _accepted;
        return words;
    }

    private void Search()
    {
        int before = _fires.Count;
        int tokens = _model.Files.Vocabulary.Count;
        foreach (ChunkPass pass in _passes)
        {
            for (int i = 0; i < pass.Fires.Count; i++)
            {
                _search.Step(pass.Scores.AsSpan(i * tokens, tokens));
                _fires.Add(pass.Fires[i]);
            }
        }

        _passes.Clear();
        if (_fires.Count > before)
        {
            Describe();
        }
    }

    private void Describe()
    {
        _pieces.Clear();
        long previous = _utteranceBegin;
        foreach (((int token, float probability), int fire) in _search.Best().Zip(_fires))
        {
            long end = Math.Clamp(_utteranceBegin + ((long)fire * ChunkShape.FrameSamples) + Middle, previous, Math.Max(previous, _accepted));
            _pieces.Add(new HeardPiece(token, Math.Max(previous, end - LongestToken), end, probability));
            previous = end;
        }

        PieceWords.Build(_model.Files.Vocabulary, _pieces, _words);
    }
}
