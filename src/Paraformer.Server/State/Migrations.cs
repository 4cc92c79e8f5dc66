using System.Globalization;
using System.Reflection;

namespace Paraformer.Server.State;

/// <summary>Brings a schema up to date, forwards only: the numbered files of this folder, each once, in their order.</summary>
internal static class Migrations
{
    private const string Folder = "Paraformer.Server.State.Migrations.";

    /// <summary>The newest schema that this program knows.</summary>
    public static long Latest { get; } = Names().Max(name => NumberOf(name));

    /// <exception cref="StateException">A newer program wrote this database.</exception>
    public static async Task<long> ApplyAsync(DatabaseSession session, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY)", cancellationToken);
        long version = await session.CountAsync("SELECT MAX(version) FROM schema_versions", cancellationToken);
        if (version > Latest)
        {
            throw new StateException($"The database has schema {version}, and this version of the program knows schemas up to {Latest}: use the newer version that wrote it.");
        }

        foreach (string name in Names().Where(name => NumberOf(name) > version).OrderBy(NumberOf))
        {
            await session.ExecuteAsync(await ReadAsync(name, cancellationToken), cancellationToken);
            await session.ExecuteAsync("INSERT INTO schema_versions (version) VALUES (@version)", cancellationToken, ("version", NumberOf(name)));
        }

        return Latest;
    }

    private static IEnumerable<string> Names() =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal));

    private static long NumberOf(string name) => long.Parse(name.AsSpan(Folder.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture);

    private static async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
