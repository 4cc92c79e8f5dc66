namespace Paraformer.Cli.Output;

/// <summary>Files that the command line writes.</summary>
internal static class OutputFile
{
    /// <summary>Creates or empties a file.</summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    public static FileStream Create(string path)
    {
        if (Directory.Exists(path))
        {
            throw CliException.Usage("the output is a directory", path, "name a file in it");
        }

        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (DirectoryNotFoundException missing)
        {
            throw CliException.Usage("the output's folder does not exist", path, "create it first", missing);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CliException.Usage("the output cannot be written: " + problem.Message, path, "choose another place", problem);
        }
    }

    /// <summary>Refuses an output that would overwrite the input.</summary>
    /// <exception cref="CliException">They are the same file.</exception>
    public static void RequireOtherThan(string? output, string input)
    {
        if (output is not null && input != "-" && Path.GetFullPath(output) == Path.GetFullPath(input))
        {
            throw CliException.Usage("the output would overwrite the recording", output, "choose another file");
        }
    }
}
