using System.Buffers.Binary;

namespace Paraformer.Audio.Compressed;

/// <summary>Speex in Ogg (The Speex Codec Manual 1.2, section 7).</summary>
internal sealed class SpeexMapping : OggMapping
{
    private const int HeaderSize = 80;
    private const int MaxFramesPerPacket = 16;
    private const int MaxExtraHeaders = 16;

    // What encoder and decoder look ahead together, by mode: measured with the reference codec.
    private static ReadOnlySpan<short> Delays => [80, 223, 509];

    private static ReadOnlySpan<short> FrameSizes => [160, 320, 640];

    private int _packetSamples;

    protected override string Name => "Speex";

    protected override ReadOnlySpan<byte> Mark => "Speex   "u8;

    // Programs count the codec's delay and several frames in a packet differently; up to one packet of padding stays.
    protected override bool GranuleTellsEnd => false;

    protected override CompressedStream ReadHeader(ReadOnlySpan<byte> packet, out int headersThatFollow)
    {
        if (packet.Length < HeaderSize)
        {
            throw Damaged("The Speex header is damaged: it is cut off.");
        }

        int rate = BinaryPrimitives.ReadInt32LittleEndian(packet[36..]);
        int mode = BinaryPrimitives.ReadInt32LittleEndian(packet[40..]);
        int channels = BinaryPrimitives.ReadInt32LittleEndian(packet[48..]);
        int frames = Math.Max(1, BinaryPrimitives.ReadInt32LittleEndian(packet[64..]));
        int extraHeaders = BinaryPrimitives.ReadInt32LittleEndian(packet[68..]);
        if (rate is < 6000 or > 48000 || mode is < 0 or > 2 || channels is < 1 or > 2 || frames > MaxFramesPerPacket || extraHeaders is < 0 or > MaxExtraHeaders)
        {
            throw Damaged($"The Speex header is damaged: rate {rate} Hz, mode {mode}, {channels} channels, {frames} frames per packet.");
        }

        headersThatFollow = 1 + extraHeaders;
        _packetSamples = frames * FrameSizes[mode];
        return new CompressedStream(AudioCodec.Speex, "ogg", "speex", rate, rate, channels, Delays[mode], packet[..HeaderSize].ToArray());
    }

    // Nothing marks them.
    protected override bool IsHeader(ReadOnlySpan<byte> packet) => true;

    protected override int DurationOf(ReadOnlySpan<byte> packet, CompressedStream stream) => _packetSamples;
}
