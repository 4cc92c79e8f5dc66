using System.Buffers.Binary;

namespace Paraformer.Audio.Compressed;

/// <summary>Opus in Ogg (RFC 7845).</summary>
internal sealed class OpusMapping : OggMapping
{
    /// <summary>Opus counts in samples of 48 kHz whatever the sound's own rate.</summary>
    public const int ClockRate = 48000;

    private const int MaxPacketSamples = 5760;
    private const int MinHeaderSize = 19;

    protected override string Name => "Opus";

    protected override ReadOnlySpan<byte> Mark => "OpusHead"u8;

    protected override bool GranuleTellsEnd => true;

    protected override CompressedStream ReadHeader(ReadOnlySpan<byte> packet, out int headersThatFollow)
    {
        // Only the upper half of the version's byte stands for changes that a reader cannot get along with.
        if (packet.Length < MinHeaderSize || (packet[8] & 0xF0) != 0 || packet[9] == 0)
        {
            throw Damaged("The Opus header is damaged.");
        }

        headersThatFollow = 1;
        int preSkip = BinaryPrimitives.ReadUInt16LittleEndian(packet[10..]);
        uint inputRate = BinaryPrimitives.ReadUInt32LittleEndian(packet[12..]);

        // The samples to skip are dropped here, not by the decoder.
        byte[] header = packet.ToArray();
        header.AsSpan(10, 2).Clear();
        int nominal = inputRate is >= 8000 and < ClockRate ? (int)inputRate : ClockRate;
        return new CompressedStream(AudioCodec.Opus, "ogg", "opus", ClockRate, nominal, packet[9], preSkip, header);
    }

    protected override bool IsHeader(ReadOnlySpan<byte> packet) => packet.StartsWith("OpusTags"u8);

    /// <summary>RFC 6716, section 3.1.</summary>
    protected override int DurationOf(ReadOnlySpan<byte> packet, CompressedStream stream)
    {
        int configuration = packet[0] >> 3;
        int frame = configuration switch
        {
            < 12 => (configuration & 3) == 3 ? 2880 : 480 << (configuration & 3),
            < 16 => 480 << (configuration & 1),
            _ => 120 << (configuration & 3),
        };
        int count = (packet[0] & 3) switch
        {
            0 => 1,
            1 or 2 => 2,
            _ => packet.Length > 1 ? packet[1] & 0x3F : 0,
        };
        int samples = frame * count;
        return samples <= MaxPacketSamples ? samples : 0;
    }
}
