using Paraformer.Server.Tests.Support;
using Paraformer.Testing;

[assembly: AssemblyFixture(typeof(Locations))]

namespace Paraformer.Server.Tests.Support;

/// <summary>New places for a state, in either kind of database. All are removed at the end.</summary>
public sealed class Locations : IAsyncDisposable
{
    private readonly PostgresCluster _postgres = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("paraformer-state-");

    public string NewFile() => Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"), "state.db");

    public Task<string> NewSchemaAsync() => _postgres.NewSchemaAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _postgres.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
