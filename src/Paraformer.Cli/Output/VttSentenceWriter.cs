using Paraformer.Protocol;

namespace Paraformer.Cli.Output;

/// <summary>WebVTT subtitles: the header, then one cue per final sentence.</summary>
internal sealed class VttSentenceWriter(Stream output) : SentenceWriter(output)
{
    public override ValueTask BeginAsync(CancellationToken cancellationToken) => WriteTextAsync("WEBVTT\n", cancellationToken);

    public override ValueTask WriteAsync(Sentence sentence, CancellationToken cancellationToken)
    {
        string text = SentenceText.OneLine(sentence.Text);
        if (!sentence.IsFinal || text.Length == 0)
        {
            return ValueTask.CompletedTask;
        }

        // A cue's end must lie after its begin.
        long end = Math.Max(SentenceText.EndMs(sentence), sentence.BeginTime + 1);
        string times = $"{TimeText.Vtt(sentence.BeginTime)} --> {TimeText.Vtt(end)}";
        return WriteTextAsync($"\n{times}\n{Escape(text)}\n", cancellationToken);
    }

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
