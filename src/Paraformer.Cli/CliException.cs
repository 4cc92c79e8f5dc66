namespace Paraformer.Cli;

/// <summary>The process's exit codes.</summary>
internal static class ExitCodes
{
    /// <summary>The work is done.</summary>
    public const int Ok = 0;

    /// <summary>The work was started and failed.</summary>
    public const int Failed = 1;

    /// <summary>Nothing was started, because of what was given on the command line.</summary>
    public const int Usage = 2;

    /// <summary>Interrupted by a signal before there was a result.</summary>
    public const int Interrupted = 130;
}

/// <summary>Something that a user can mend. Its message is the one line to show, without the program's name.</summary>
internal sealed class CliException(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>A mistake on the command line or in what it names.</summary>
    /// <param name="what">What is wrong.</param>
    /// <param name="where">The file, option or address.</param>
    /// <param name="remedy">What to do.</param>
    /// <param name="cause">What led to it.</param>
    public static CliException Usage(string what, string where, string remedy, Exception? cause = null) => new(ExitCodes.Usage, $"{what} ({where}): {remedy}", cause);

    /// <summary>Work that failed.</summary>
    /// <param name="what">What is wrong.</param>
    /// <param name="where">The file, task or address.</param>
    /// <param name="remedy">What to do.</param>
    /// <param name="cause">What led to it.</param>
    public static CliException Failed(string what, string where, string remedy, Exception? cause = null) => new(ExitCodes.Failed, $"{what} ({where}): {remedy}", cause);
}
