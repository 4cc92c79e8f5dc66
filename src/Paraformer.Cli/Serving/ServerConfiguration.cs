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

    /// <summary>Reads the options: the environment's win over the file's, which win over the defaults.</summary>
    /// <param name="file">The JSON file; null for none.</param>
    /// <param name="variables">The environment.</param>
    /// <exception cref="CliException">The file cannot be read, or an option is unknown or has a value of the wrong kind.</exception>
    public static ServerOptions Load(string? file, IDictionary variables)
    {
        var builder = new ConfigurationBuilder();
        string where = file ?? "environment";
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
