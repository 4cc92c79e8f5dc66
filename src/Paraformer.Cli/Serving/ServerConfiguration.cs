using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Paraformer.Server;

namespace Paraformer.Cli.Serving;

/// <summary>Reads the server's options from a file and from the environment. Names and values that mean nothing are errors.</summary>
internal static class ServerConfiguration
{
    /// <summary>Start of the environment variables; two underscores stand between the name of a group and that of an option.</summary>
    public const string Prefix = "PARAFORMER_SERVER__";

    /// <summary>Reads the options: those of the command line win over the environment's, these over the file's, which win over the defaults.</summary>
    /// <param name="file">The JSON file; null for none.</param>
    /// <param name="variables">The environment.</param>
    /// <param name="settings">What the command line sets, each as <c>NAME=VALUE</c> with <c>.</c> after the name of a group.</param>
    /// <exception cref="CliException">The file cannot be read, or an option is unknown or has a value of the wrong kind.</exception>
    public static ServerOptions Load(string? file, IDictionary variables, IReadOnlyList<string>? settings = null)
    {
        var builder = new ConfigurationBuilder();
        string where = (file ?? "environment") + (settings is { Count: > 0 } ? ", --set" : "");
        try
        {
            if (file is not null)
            {
                string path = Path.GetFullPath(file);
                if (!File.Exists(path))
                {
                    throw CliException.Usage("there is no such file", file, "give --config an existing JSON file");
                }

                builder.AddJsonFile(path, optional: false, reloadOnChange: false);
            }

            builder.Add(new MemoryConfigurationSource { InitialData = FromEnvironment(variables) });
            builder.Add(new MemoryConfigurationSource { InitialData = [.. (settings ?? []).Select(ReadSetting)] });
            return builder.Build().Get<ServerOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new ServerOptions();
        }
        catch (InvalidDataException e)
        {
            throw CliException.Usage((e.InnerException ?? e).Message, where, "correct the JSON", e);
        }
        catch (InvalidOperationException e)
        {
            throw CliException.Usage(e.Message.TrimEnd('.'), where, "see docs/server.md for the names and values of the options", e);
        }
    }

    private static KeyValuePair<string, string?> ReadSetting(string setting)
    {
        int end = setting.IndexOf('=', StringComparison.Ordinal);
        return end > 0
            ? new(setting[..end].Trim().Replace(".", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal), setting[(end + 1)..].Trim())
            : throw CliException.Usage("it is not NAME=VALUE", setting, "write for example --set Service.DrainTimeout=00:01:00");
    }

    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment(IDictionary variables)
    {
        foreach (DictionaryEntry variable in variables)
        {
            if (variable.Key is string name && name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                yield return new(name[Prefix.Length..].Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal), variable.Value as string);
            }
        }
    }
}
