using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Paraformer.Cli.Terminal;

/// <summary>The three standard streams and what is known of them.</summary>
internal sealed class CliConsole
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Opens standard input.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Standard output: results alone.</summary>
    public required Stream Output { get; init; }

    /// <summary>Standard error: captions, progress, messages.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether standard input is a terminal.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Whether standard output is a terminal.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether standard error is a terminal on which a line can be rewritten.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public Func<int> Width { get; init; } = () => 80;

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>The environment variables.</summary>
    public Func<System.Collections.IDictionary> Variables { get; init; } = Environment.GetEnvironmentVariables;

    /// <summary>This process's console.</summary>
    public static CliConsole System() => new()
    {
        OpenInput = Console.OpenStandardInput,
        Output = OpenOutput(),
        Error = new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true },
        InputIsTerminal = !Console.IsInputRedirected,
        OutputIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb",
        Width = TerminalWidth,
    };

    /// <summary>Writes a line to standard output.</summary>
    public void WriteLine(string line)
    {
        Output.Write(Utf8.GetBytes(line + "\n"));
        Output.Flush();
    }

    /// <summary>Writes a message line <c>paraformer: …</c> to standard error.</summary>
    public void Note(string message) => Error.WriteLine("paraformer: " + Paraformer.Cli.Output.SentenceText.OneLine(message));

    // The console's own stream hides a broken pipe and would let the work go on for nobody.
    private static Stream OpenOutput()
    {
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            try
            {
                var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

                // A regular file may be shared with standard error; its own stream would write at an offset of its own.
                if (!pipe.CanSeek)
                {
                    return pipe;
                }
            }
            catch (Exception problem) when (problem is IOException or ArgumentException or UnauthorizedAccessException)
            {
                return Console.OpenStandardOutput();
            }
        }

        return Console.OpenStandardOutput();
    }

    private static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and int width ? width : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
