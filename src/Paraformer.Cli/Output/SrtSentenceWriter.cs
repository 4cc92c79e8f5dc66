using System.Globalization;
using Paraformer.Protocol;

namespace Paraformer.Cli.Output;

/// <summary>SubRip subtitles: one numbered cue per final sentence.</summary>
internal sealed class SrtSentenceWriter(Stream output) : SentenceWriter(output)
{
    private int _cues;

    public override ValueTask WriteAsync(Sentence sentence, CancellationToken cancellationToken)
    {
        string text = SentenceText.OneLine(sentence.Text);
        if (!sentence.IsFinal || text.Length == 0)
        {
            return ValueTask.CompletedTask;
        }

        string between = _cues == 0 ? "" : "\n";
        string number = (++_cues).ToString(CultureInfo.InvariantCulture);
        string times = $"{TimeText.Srt(sentence.BeginTime)} --> {TimeText.Srt(SentenceText.EndMs(sentence))}";
        return WriteTextAsync($"{between}{number}\n{times}\n{text}\n", cancellationToken);
    }
}
