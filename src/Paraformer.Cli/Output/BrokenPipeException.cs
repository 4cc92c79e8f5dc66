namespace Paraformer.Cli.Output;

/// <summary>The reader of standard output went away: there is nobody left to work for.</summary>
internal sealed class BrokenPipeException(Exception innerException) : IOException("Nobody reads standard output any more.", innerException)
{
    private const int UnixBrokenPipe = 32;
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D);
    private const int WindowsNoData = unchecked((int)0x800700E8);

    /// <summary>Whether a failed write means that.</summary>
    public static bool IsBrokenPipe(IOException problem) =>
        problem is BrokenPipeException || problem.HResult is UnixBrokenPipe or WindowsBrokenPipe or WindowsNoData;
}
