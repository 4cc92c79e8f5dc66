using Paraformer.Protocol;

namespace Paraformer.Cli.Output;

/// <summary>One final sentence per line, optionally with its times before it.</summary>
internal sealed class TextSentenceWriter(Stream output, bool withTimes = false) : SentenceWriter(output)
{
    public override ValueTask WriteAsync(Sentence sentence, CancellationToken cancellationToken)
    {
        string text = SentenceText.OneLine(sentence.Text);
        if (!sentence.IsFinal || text.Length == 0)
        {
            return ValueTask.CompletedTask;
        }

        string times = withTimes ? TimeText.Span(sentence.BeginTime, SentenceText.EndMs(sentence)) + " " : "";
        return WriteTextAsync(times + text + "\n", cancellationToken);
    }
}
