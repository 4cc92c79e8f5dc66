namespace Paraformer.Cli.Output;

/// <summary>Files that the command line writes.</summary>
internal static class OutputFile
{
    /// <summary>Refuses a place where no file can be, before any work is done; creates nothing.</summary>
    /// <param name="path">The file; null is fine.</param>
    /// <param name="input">The recording, which must not be overwritten.</param>
    /// <exception cref="CliException">No file can be there.</exception>
    public static void Check(string? path, string input)
    {
        if (path is null)
        {
            return;
        }

        if (path.Length == 0)
        {
            throw CliException.Usage("the output's name is empty", "-o", "name a file");
        }

        if (Directory.Exists(path))
        {
            throw CliException.Usage("the output is a directory", path, "name a file in it");
        }

        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            throw CliException.Usage("the output's folder does not exist", path, "create it first");
        }

        if (input != "-" && Path.GetFullPath(path) == Path.GetFullPath(input))
        {
            throw CliException.Usage("the output would overwrite the recording", path, "choose another file");
        }
    }

    /// <summary>Creates or empties a file. Every write goes out at once, so that closing it cannot fail.</summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    public static FileStream Create(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CliException.Usage("the output cannot be written: " + problem.Message, path, "choose another place", problem);
        }
    }
}
