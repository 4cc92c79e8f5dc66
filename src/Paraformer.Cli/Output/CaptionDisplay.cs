using Paraformer.Cli.Terminal;
using Paraformer.Protocol;

namespace Paraformer.Cli.Output;

/// <summary>
/// Live captions on a terminal: the partial result rewrites itself on the last line, behind a progress bar where the
/// length is known; finals may stay above it. Calls may come from several tasks.
/// </summary>
/// <param name="console">Where to write; nothing is written where standard error is no terminal.</param>
/// <param name="totalMs">Length of the audio; null shows no bar.</param>
/// <param name="keepFinals">Leave each final with its times on standard error.</param>
internal sealed class CaptionDisplay(CliConsole console, long? totalMs, bool keepFinals)
{
    private const int BarCells = 20;

    private readonly LiveLine _line = new(console);
    private readonly Lock _gate = new();
    private string _partial = "";
    private long _progressMs;
    private long _shownSecond = -1;

    /// <summary>How far the audio has been recognised.</summary>
    public void Progress(long audioMs)
    {
        lock (_gate)
        {
            _progressMs = audioMs;
            if (totalMs is not null && audioMs / 1000 != _shownSecond)
            {
                Redraw();
            }
        }
    }

    /// <summary>A partial result.</summary>
    public void Partial(Sentence sentence)
    {
        lock (_gate)
        {
            _partial = sentence.Text;
            Redraw();
        }
    }

    /// <summary>A final result. The line stays empty until the next progress or partial.</summary>
    public void Final(Sentence sentence)
    {
        lock (_gate)
        {
            _partial = "";
            ClearLine();
            string text = SentenceText.OneLine(sentence.Text);
            if (keepFinals && _line.IsActive && text.Length > 0)
            {
                console.Error.WriteLine($"{TimeText.Span(sentence.BeginTime, SentenceText.EndMs(sentence))} {text}");
            }
        }
    }

    /// <summary>Empties the line, until the next progress or partial.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            ClearLine();
        }
    }

    /// <summary>Writes a message line to standard error without spoiling the captions.</summary>
    public void Note(string message)
    {
        lock (_gate)
        {
            ClearLine();
            console.Note(message);
        }
    }

    private void Redraw()
    {
        _shownSecond = _progressMs / 1000;
        _line.Show(totalMs is { } total ? WithBar(total) : _partial);
    }

    private string WithBar(long total)
    {
        long done = Math.Min(_progressMs, total);
        int cells = total == 0 ? BarCells : (int)(done * BarCells / total);
        string bar = new string('#', cells).PadRight(BarCells, '.');
        string prefix = $"[{bar}] {TimeText.Clock(done)} / {TimeText.Clock(total)} ";
        int room = _line.Columns - prefix.Length;
        return room > 1 ? prefix + DisplayWidth.KeepEnd(SentenceText.OneLine(_partial), room) : prefix.TrimEnd();
    }

    private void ClearLine()
    {
        _line.Clear();
        _shownSecond = -1;
    }
}
