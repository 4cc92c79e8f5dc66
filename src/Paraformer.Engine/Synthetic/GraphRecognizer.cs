using System.Globalization;
using Paraformer.Engine.Features;

namespace Paraformer.Engine.Synthetic;

/// <summary>Runs a step, maybe together with those of other streams.</summary>
internal delegate ValueTask<long[]> StepFunction(GraphStep step, TimeSpan patience, CancellationToken cancellationToken);

/// <summary>
/// One stream of a synthetic graph: filter banks, low frame rate and normalisation as FunASR's models have them, then either
/// chunks of 10 new frames behind 10 of the chunk before, or the whole utterance. Four tokens a chunk.
/// </summary>
internal sealed class GraphRecognizer(StepFunction run, bool streaming) : IStreamingRecognizer
{
    private const int MelBins = 80;
    private const int FramesPerWindow = 7;
    private const int FrameShift = 6;
    private const int ContextFrames = 10;
    private const int ChunkFrames = 10;
    private const int FrameSamples = 960;
    private const double TokensPerFrame = 0.4;

    // A whole utterance blocks a worker for longer than a chunk, and its speaker has ended.
    private static readonly TimeSpan s_chunkPatience = TimeSpan.Zero;
    private static readonly TimeSpan s_utterancePatience = TimeSpan.FromMilliseconds(200);
    private static readonly FilterBank s_bank = new(FilterBankOptions.FunAsr);
    private static readonly MeanVariance s_normalization = new([.. Enumerable.Repeat(-12f, GraphRunner.FrameValues)], [.. Enumerable.Repeat(0.2f, GraphRunner.FrameValues)]);

    private readonly FilterBankStream _filterBank = new(s_bank);
    private readonly LowFrameRate _stacker = new(MelBins, FramesPerWindow, FrameShift);
    private readonly FrameBuffer _mel = new(MelBins);
    private readonly FrameBuffer _frames = new(GraphRunner.FrameValues);
    private readonly float[] _context = new float[ContextFrames * GraphRunner.FrameValues];
    private readonly List<WordHypothesis> _words = [];
    private int _normalized;
    private long _framesBefore;

    public int LookAheadSamples => 0;

    public void Accept(ReadOnlySpan<float> samples) =>
        throw new NotSupportedException("a synthetic graph is run asynchronously");

    public async ValueTask AcceptAsync(ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
    {
        Extract(samples.Span);
        while (streaming && _frames.Count >= ChunkFrames)
        {
            await RunChunkAsync(ChunkFrames, cancellationToken).ConfigureAwait(false);
        }
    }

    public IReadOnlyList<WordHypothesis> Partial() => _words;

    public IReadOnlyList<WordHypothesis> EndUtterance() => throw new NotSupportedException("a synthetic graph is run asynchronously");

    public IReadOnlyList<WordHypothesis> EndStream() => EndUtterance();

    public async ValueTask<IReadOnlyList<WordHypothesis>> EndUtteranceAsync(CancellationToken cancellationToken)
    {
        if (_frames.Count > 0)
        {
            if (streaming)
            {
                await RunChunkAsync(_frames.Count, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await RunAsync(_frames.Values.ToArray(), _frames.Count, s_utterancePatience, cancellationToken).ConfigureAwait(false);
            }
        }

        WordHypothesis[] words = [.. _words];
        _words.Clear();
        Array.Clear(_context);
        return words;
    }

    public ValueTask<IReadOnlyList<WordHypothesis>> EndStreamAsync(CancellationToken cancellationToken) => EndUtteranceAsync(cancellationToken);

    public void Dispose()
    {
    }

    private void Extract(ReadOnlySpan<float> samples)
    {
        _filterBank.Accept(samples, _mel);
        _stacker.Accept(_mel, _frames);
        s_normalization.Apply(_frames.Values[(_normalized * GraphRunner.FrameValues)..]);
        _normalized = _frames.Count;
    }

    private ValueTask RunChunkAsync(int count, CancellationToken cancellationToken)
    {
        var input = new float[_context.Length + (count * GraphRunner.FrameValues)];
        _context.CopyTo(input, 0);
        _frames.Values[..(count * GraphRunner.FrameValues)].CopyTo(input.AsSpan(_context.Length));
        input.AsSpan(input.Length - _context.Length).CopyTo(_context);
        return RunAsync(input, count, s_chunkPatience, cancellationToken);
    }

    private async ValueTask RunAsync(float[] input, int newFrames, TimeSpan patience, CancellationToken cancellationToken)
    {
        int tokens = Math.Max(1, (int)Math.Round(newFrames * TokensPerFrame));
        long[] ids = await run(new GraphStep(input, tokens), patience, cancellationToken).ConfigureAwait(false);
        long begin = _framesBefore * FrameSamples;
        long length = newFrames * FrameSamples / ids.Length;
        for (int i = 0; i < ids.Length; i++)
        {
            _words.Add(new WordHypothesis(string.Create(CultureInfo.InvariantCulture, $"t{ids[i]}"), begin + (i * length), begin + ((i + 1) * length), 0.5f));
        }

        _frames.RemoveFirst(newFrames);
        _normalized = _frames.Count;
        _framesBefore += newFrames;
    }
}
