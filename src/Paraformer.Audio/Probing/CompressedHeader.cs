using Paraformer.Audio.Compressed;

namespace Paraformer.Audio.Probing;

/// <summary>Reads what the header of a compressed stream says, without decoding.</summary>
internal sealed class CompressedHeader : IPacketSink
{
    // A tag with a picture may stand before the first frame.
    private const int MaxBytes = 4 * 1024 * 1024;

    private CompressedStream? _stream;

    /// <summary>Reads on until the header is complete.</summary>
    /// <param name="codec">What the first bytes show.</param>
    /// <param name="stream">Where more bytes come from.</param>
    /// <param name="buffer">The first bytes; is written over.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null where there is no whole header.</returns>
    public static async Task<CompressedStream?> ReadAsync(AudioCodec codec, Stream stream, byte[] buffer, int count, CancellationToken cancellationToken)
    {
        var header = new CompressedHeader();
        using PacketReader reader = PacketReader.Create(codec);
        try
        {
            for (int total = 0; header._stream is null && count > 0 && total < MaxBytes; total += count)
            {
                reader.Read(buffer.AsSpan(0, count), header);
                count = header._stream is null ? await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) : 0;
            }

            if (header._stream is null)
            {
                reader.Complete(header);
            }
        }
        catch (AudioFormatException)
        {
            // What the header said before the damage is all that there is to tell; decoding will name the damage.
            return header._stream;
        }

        return header._stream;
    }

    public void Begin(CompressedStream stream) => _stream ??= stream;

    public void Packet(ReadOnlySpan<byte> packet, int duration)
    {
    }

    public void Silence(int duration)
    {
    }

    public void EndAt(long samples)
    {
    }
}
