using Microsoft.Extensions.Time.Testing;
using Paraformer.Server.State;
using Paraformer.Server.Tests.Support;

namespace Paraformer.Server.Tests.State;

/// <summary>Tests that run on both kinds of database: derive once, and the two kinds follow.</summary>
public abstract class StateSuite(Locations locations) : IAsyncLifetime
{
    private readonly List<ServerState> _opened = [];

    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    protected Locations Locations { get; } = locations;

    protected string Location { get; private set; } = "";

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected abstract Task<string> NewLocationAsync();

    /// <summary>Opens the test's state once more, as a further server would.</summary>
    protected async Task<ServerState> OpenAsync()
    {
        ServerState state = await ServerState.OpenAsync(Location, Time, Ct);
        lock (_opened)
        {
            _opened.Add(state);
        }

        return state;
    }

    public async ValueTask InitializeAsync() => Location = await NewLocationAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (ServerState state in _opened)
        {
            await state.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}
