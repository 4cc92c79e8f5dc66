using System.Buffers;
using Paraformer.Protocol;

namespace Paraformer.Cli.Output;

/// <summary>One line per sentence: the <c>sentence</c> object as it goes on the wire.</summary>
internal sealed class JsonSentenceWriter(Stream output, bool partials = false) : SentenceWriter(output)
{
    private readonly ArrayBufferWriter<byte> _line = new(1024);

    public override bool TakesPartials => partials;

    public override async ValueTask WriteAsync(Sentence sentence, CancellationToken cancellationToken)
    {
        if (!sentence.IsFinal && !partials)
        {
            return;
        }

        _line.ResetWrittenCount();
        ProtocolSerializer.WriteSentence(_line, sentence);
        _line.Write("\n"u8);
        await WriteBytesAsync(_line.WrittenMemory, cancellationToken);
    }
}
