using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Engine.Routing;

namespace Paraformer.Engine.Tests.Routing;

public sealed class HotWordModelsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_with_the_same_list_share_one_model_that_is_loaded_once()
    {
        using var plain = new ListModel();
        using HotWordModels models = Make(2);
        HotWordLease?[] leases = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => models.LeaseAsync(plain, List("a"), Cancelled)));
        Assert.Single(plain.Loaded);
        Assert.All(leases, lease => Assert.Same(plain.Loaded[0], lease!.Model));
        Assert.Null(await models.LeaseAsync(plain, [], Cancelled));
    }

    [Fact]
    public async Task The_one_that_has_been_idle_longest_makes_room_and_one_in_use_does_not()
    {
        using var plain = new ListModel();
        using HotWordModels models = Make(2);
        using HotWordLease a = (await models.LeaseAsync(plain, List("a"), Cancelled))!;
        (await models.LeaseAsync(plain, List("b"), Cancelled))!.Dispose();
        using HotWordLease c = (await models.LeaseAsync(plain, List("c"), Cancelled))!;
        Assert.Equal([false, true, false], plain.Loaded.Select(m => m.IsDisposed));
        Assert.Null(await models.LeaseAsync(plain, List("d"), Cancelled));
        c.Dispose();
        c.Dispose();
        using HotWordLease again = (await models.LeaseAsync(plain, List("a"), Cancelled))!;
        Assert.Same(a.Model, again.Model);
        using HotWordLease d = (await models.LeaseAsync(plain, List("d"), Cancelled))!;
        Assert.Equal([false, true, true, false], plain.Loaded.Select(m => m.IsDisposed));
    }

    [Fact]
    public async Task Idle_models_are_freed_and_those_in_use_are_not()
    {
        using var plain = new ListModel();
        using HotWordModels models = Make(4);
        (await models.LeaseAsync(plain, List("a"), Cancelled))!.Dispose();
        using HotWordLease b = (await models.LeaseAsync(plain, List("b"), Cancelled))!;
        models.FreeIdle(TimeSpan.FromHours(1));
        Assert.False(plain.Loaded[0].IsDisposed);
        models.FreeIdle(TimeSpan.Zero);
        Assert.Equal([true, false], plain.Loaded.Select(m => m.IsDisposed));
        b.Dispose();
        models.Dispose();
        Assert.True(plain.Loaded[1].IsDisposed);
    }

    [Fact]
    public async Task A_load_that_fails_leaves_the_stream_without_and_is_tried_again()
    {
        using var plain = new ListModel { Fails = true };
        using HotWordModels models = Make(1);
        Assert.Null(await models.LeaseAsync(plain, List("a"), Cancelled));
        plain.Fails = false;
        using HotWordLease lease = (await models.LeaseAsync(plain, List("a"), Cancelled))!;
        Assert.Same(plain.Loaded[0], lease.Model);
    }

    [Fact]
    public async Task A_list_that_cannot_be_looked_up_now_leaves_the_stream_without_and_may_be_later()
    {
        using var plain = new ListModel { IsUnreadable = true };
        using HotWordModels models = Make(1);
        Assert.Null(await models.LeaseAsync(plain, List("a"), Cancelled));
        plain.IsUnreadable = false;
        using HotWordLease lease = (await models.LeaseAsync(plain, List("a"), Cancelled))!;
        Assert.Same(plain.Loaded[0], lease.Model);
    }

    private static HotWordModels Make(int limit) => new(limit, model => model, NullLogger.Instance);

    private static HotWord[] List(string word) => [new(word, 4)];

    private sealed class ListModel : IRecognizerModel
    {
        private readonly Lock _gate = new();

        public List<ListModel> Loaded { get; } = [];

        public bool Fails { get; set; }

        public bool IsUnreadable { get; set; }

        public bool IsDisposed { get; private set; }

        public string PackId => "lists";

        public HotWordLoad? LoadFor(IReadOnlyList<HotWord> words) => IsUnreadable
            ? throw new UnauthorizedAccessException("no access")
            : new(string.Join(' ', words.Select(w => w.Text)), [], Load);

        public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => throw new NotSupportedException();

        public void Dispose() => IsDisposed = true;

        private ListModel Load()
        {
            Thread.Sleep(20);
            lock (_gate)
            {
                var model = new ListModel();
                Loaded.Add(Fails ? throw new IOException("no room") : model);
                return model;
            }
        }
    }
}
