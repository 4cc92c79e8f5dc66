using Paraformer.Engine.Recognizers;
using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine.Tests.Recognizers;

public sealed class ReservingModelTests
{
    private static readonly RecognizerOptions s_hotWords = new() { HotWords = [new HotWord("word", 4)] };

    [Fact]
    public async Task Every_recognizer_is_prepared_and_handed_out_once()
    {
        using var scheduler = new WorkScheduler(2);
        var model = new CountingModel();
        using var reserving = new ReservingModel(model, scheduler);
        var taken = new HashSet<IStreamingRecognizer>();
        for (int i = 0; i < 20; i++)
        {
            CountingRecognizer recognizer = Assert.IsType<CountingRecognizer>(reserving.CreateRecognizer(i % 5 == 0 ? s_hotWords : RecognizerOptions.Default));
            Assert.Equal(CountingRecognizer.Pieces, recognizer.Prepared);
            Assert.True(taken.Add(recognizer));
            await scheduler.RunAsync(() => 0);
        }
    }

    [Fact]
    public void Hot_words_get_the_reserve_too()
    {
        using var scheduler = new WorkScheduler(1);
        var model = new CountingModel();
        using var reserving = new ReservingModel(model, scheduler);
        Assert.Same(model.Made[0], reserving.CreateRecognizer(s_hotWords));
    }

    [Fact]
    public void Disposing_frees_what_was_not_handed_out()
    {
        var scheduler = new WorkScheduler(1);
        var model = new CountingModel();
        var reserving = new ReservingModel(model, scheduler);
        var taken = new List<IStreamingRecognizer>();
        for (int i = 0; i < 10; i++)
        {
            taken.Add(reserving.CreateRecognizer(RecognizerOptions.Default));
        }

        scheduler.Dispose();
        reserving.Dispose();
        Assert.True(model.IsDisposed);
        Assert.All(model.Made, recognizer => Assert.NotEqual(taken.Contains(recognizer), recognizer.IsDisposed));
    }

    private sealed class CountingModel : IRecognizerModel
    {
        private readonly Lock _gate = new();

        public List<CountingRecognizer> Made { get; } = [];

        public bool IsDisposed { get; private set; }

        public string PackId => "counting";

        public IStreamingRecognizer CreateRecognizer(RecognizerOptions options)
        {
            var recognizer = new CountingRecognizer(options);
            lock (_gate)
            {
                Made.Add(recognizer);
            }

            return recognizer;
        }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class CountingRecognizer(RecognizerOptions options) : IStreamingRecognizer
    {
        public const int Pieces = 3;

        public RecognizerOptions Options { get; } = options;

        public int Prepared { get; private set; }

        public bool IsDisposed { get; private set; }

        public int LookAheadSamples => 0;

        public bool Prepare()
        {
            Prepared = Math.Min(Prepared + 1, Pieces);
            return Prepared < Pieces;
        }

        public void Accept(ReadOnlySpan<float> samples)
        {
        }

        public IReadOnlyList<WordHypothesis> Partial() => [];

        public IReadOnlyList<WordHypothesis> EndUtterance() => [];

        public IReadOnlyList<WordHypothesis> EndStream() => [];

        public void Dispose() => IsDisposed = true;
    }
}
