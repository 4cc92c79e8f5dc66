using Paraformer.Cli.Output;

namespace Paraformer.Cli.Terminal;

/// <summary>The last line of a terminal, rewritten in place. Does nothing where standard error is no terminal.</summary>
internal sealed class LiveLine(CliConsole console)
{
    private const string Erase = "\r\u001b[2K";

    private string _shown = "";

    /// <summary>Whether there is a terminal to write on.</summary>
    public bool IsActive => console.ErrorIsTerminal;

    /// <summary>Columns that fit without wrapping.</summary>
    public int Columns => Math.Max(1, console.Width() - 1);

    /// <summary>Replaces the line. The text is cut to the terminal's width from its beginning.</summary>
    public void Show(string text)
    {
        if (!IsActive)
        {
            return;
        }

        string line = DisplayWidth.KeepEnd(SentenceText.OneLine(text), Columns);
        if (line != _shown)
        {
            console.Error.Write(Erase + line);
            _shown = line;
        }
    }

    /// <summary>Empties the line, so that other text can be written.</summary>
    public void Clear()
    {
        if (_shown.Length > 0)
        {
            console.Error.Write(Erase);
            _shown = "";
        }
    }
}
