using System.Data.Common;

namespace Paraformer.Server.State;

/// <summary>Columns that need a reading.</summary>
internal static class RowReader
{
    public static DateTimeOffset Moment(this DbDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    public static DateTimeOffset? MomentOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Moment(column);

    public static int? CountOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : (int)row.GetInt64(column);
}
