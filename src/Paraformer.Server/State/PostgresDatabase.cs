using System.Data.Common;
using Npgsql;

namespace Paraformer.Server.State;

/// <summary>A PostgreSQL database, which any number of servers share.</summary>
internal sealed class PostgresDatabase : Database
{
    private readonly NpgsqlDataSource _source;

    public PostgresDatabase(NpgsqlConnectionStringBuilder connection)
    {
        connection.ApplicationName ??= "paraformer";
        _source = new NpgsqlSlimDataSourceBuilder(connection.ConnectionString).EnableTransportSecurity().Build();
    }

    public override string Now => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _source.DisposeAsync();
    }

    protected override async ValueTask<DbConnection> ConnectAsync(CancellationToken cancellationToken) =>
        await _source.OpenConnectionAsync(cancellationToken);

    protected override Task LockAsync(DatabaseSession session, string name, CancellationToken cancellationToken) =>
        session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@name, 0))", cancellationToken, ("name", "paraformer/" + name));
}
