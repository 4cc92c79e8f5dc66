using System.Globalization;
using Paraformer.Protocol;

namespace Paraformer.Cli.Output;

/// <summary>Tab-separated begin and end in milliseconds and text, with a header line.</summary>
internal sealed class TsvSentenceWriter(Stream output) : SentenceWriter(output)
{
    public override ValueTask BeginAsync(CancellationToken cancellationToken) => WriteTextAsync("start\tend\ttext\n", cancellationToken);

    public override ValueTask WriteAsync(Sentence sentence, CancellationToken cancellationToken)
    {
        string text = SentenceText.OneLine(sentence.Text);
        return sentence.IsFinal && text.Length > 0
            ? WriteTextAsync(string.Create(CultureInfo.InvariantCulture, $"{sentence.BeginTime}\t{SentenceText.EndMs(sentence)}\t{text}\n"), cancellationToken)
            : ValueTask.CompletedTask;
    }
}
