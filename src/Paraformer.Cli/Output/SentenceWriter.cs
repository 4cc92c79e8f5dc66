using System.Text;
using Paraformer.Protocol;

namespace Paraformer.Cli.Output;

/// <summary>Writes the sentences of one task to a stream and flushes after each, so that a reader sees them at once.</summary>
internal abstract class SentenceWriter(Stream output)
{
    /// <summary>Whether partial results are wanted too.</summary>
    public virtual bool TakesPartials => false;

    /// <summary>The names of <c>--output</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["text", "json", "srt", "vtt", "tsv"];

    /// <summary>Makes the writer of a name in <see cref="Names"/>.</summary>
    /// <param name="name">The name.</param>
    /// <param name="output">Where to write; stays open.</param>
    /// <param name="partials">Write partial results too; only <c>json</c> can.</param>
    /// <param name="withTimes">Put each line's times before it; only <c>text</c> does.</param>
    public static SentenceWriter Create(string name, Stream output, bool partials = false, bool withTimes = false) => name switch
    {
        "text" => new TextSentenceWriter(output, withTimes),
        "json" => new JsonSentenceWriter(output, partials),
        "srt" => new SrtSentenceWriter(output),
        "vtt" => new VttSentenceWriter(output),
        "tsv" => new TsvSentenceWriter(output),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Not a kind of output."),
    };

    /// <summary>Writes what stands before the first sentence.</summary>
    public virtual ValueTask BeginAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Writes a sentence; partials only where <see cref="TakesPartials"/>.</summary>
    public abstract ValueTask WriteAsync(Sentence sentence, CancellationToken cancellationToken);

    /// <summary>Writes text as UTF-8 and flushes.</summary>
    protected ValueTask WriteTextAsync(string text, CancellationToken cancellationToken) => WriteBytesAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Writes bytes and flushes.</summary>
    protected async ValueTask WriteBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await output.WriteAsync(bytes, cancellationToken);
        await output.FlushAsync(cancellationToken);
    }
}
