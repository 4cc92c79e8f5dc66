using Npgsql;

namespace Paraformer.Server.State;

/// <summary>Says where the state is kept: a file's path, or a PostgreSQL connection string or address.</summary>
internal static class StateLocation
{
    /// <exception cref="StateException">It is no sound connection string.</exception>
    public static Database Parse(string location)
    {
        if (location.StartsWith("postgres://", StringComparison.Ordinal) || location.StartsWith("postgresql://", StringComparison.Ordinal))
        {
            return new PostgresDatabase(ReadAddress(location));
        }

        return location.Contains("Host=", StringComparison.OrdinalIgnoreCase) ? new PostgresDatabase(ReadConnectionString(location)) : SqliteDatabase.InFile(location);
    }

    /// <summary><c>$XDG_DATA_HOME/paraformer/paraformer.db</c>, with that variable's own default.</summary>
    public static string DefaultFile(Func<string, string?> variable)
    {
        string? home = variable("XDG_DATA_HOME");
        string folder = string.IsNullOrEmpty(home)
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)
            : home;
        return Path.Combine(folder, "paraformer", "paraformer.db");
    }

    private static NpgsqlConnectionStringBuilder ReadConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            // The text may hold a password, and so may the exception's message.
            throw new StateException("The PostgreSQL connection string cannot be read: it is a list like Host=db;Database=paraformer;Username=paraformer;Password=…");
        }
    }

    private static NpgsqlConnectionStringBuilder ReadAddress(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Host.Length == 0)
        {
            throw new StateException("The PostgreSQL address cannot be read: it looks like postgres://user:password@host:5432/database");
        }

        string[] user = address.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder { Host = address.Host };
        if (address.Port > 0)
        {
            builder.Port = address.Port;
        }

        if (address.AbsolutePath.Length > 1)
        {
            builder.Database = Uri.UnescapeDataString(address.AbsolutePath[1..]);
        }

        if (user[0].Length > 0)
        {
            builder.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length == 2)
        {
            builder.Password = Uri.UnescapeDataString(user[1]);
        }

        foreach (string setting in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = setting.Split('=', 2);
            try
            {
                builder[pair[0]] = Uri.UnescapeDataString(pair[^1]);
            }
            catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
            {
                throw new StateException($"The PostgreSQL address has the setting '{pair[0]}', which is not known or has a value that does not fit.");
            }
        }

        return builder;
    }
}
