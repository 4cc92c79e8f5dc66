using System.Buffers.Binary;

namespace Paraformer.Audio.Compressed;

/// <summary>Frames of an MP3 stream, with the tags that stand around and between them passed over.</summary>
internal sealed class MpegReader : FrameReader
{
    private const int ApeHeaderSize = 32;
    private const int Id3V1Size = 128;

    private MpegHeader? _current;
    private bool _inSync;

    protected override int Next(ReadOnlySpan<byte> bytes, bool isEnd, IPacketSink sink)
    {
        if (bytes.Length < ApeHeaderSize && !isEnd)
        {
            // Enough for any tag to be told apart; the smallest frame but the free format's has 24 bytes.
            if (!_inSync || bytes.Length < MpegHeader.Size || !MpegHeader.TryRead(bytes, out MpegHeader small) || bytes.Length < small.FrameSize)
            {
                return 0;
            }
        }

        if (TagSize(bytes) is > 0 and long tag)
        {
            Skip(tag);
            return 0;
        }

        if (!MpegHeader.TryRead(bytes, out MpegHeader header))
        {
            _inSync = false;
            return Junk("MP3 frame");
        }

        bool isSame = _current is { } current && current.IsSameStream(header);
        if (bytes.Length < header.FrameSize + (_inSync && isSame ? 0 : MpegHeader.Size) && !isEnd)
        {
            return 0;
        }

        if (bytes.Length < header.FrameSize || !((_inSync && isSame) || IsFollowed(bytes[header.FrameSize..], header)))
        {
            _inSync = false;
            return Junk("MP3 frame");
        }

        if (header.Layer != 3)
        {
            throw Damaged($"The stream is MPEG audio layer {header.Layer}, not MP3 (layer 3): convert it to MP3 or PCM.");
        }

        Accept(bytes[..header.FrameSize], header, isSame, sink);
        return header.FrameSize;
    }

    protected override void Ended()
    {
        if (_current is null)
        {
            throw Damaged("The stream holds no MP3 frame.");
        }
    }

    private static bool IsFollowed(ReadOnlySpan<byte> next, MpegHeader header) =>
        next.IsEmpty || next.StartsWith("TAG"u8) || next.StartsWith("ID3"u8) || next.StartsWith("APET"u8) || (MpegHeader.TryRead(next, out MpegHeader following) && following.IsSameStream(header));

    /// <summary>ID3v2, APEv2 and ID3v1 tags; 0 where there is none.</summary>
    private static long TagSize(ReadOnlySpan<byte> bytes)
    {
        if (Id3Tag.TryRead(bytes, out long size))
        {
            return size;
        }

        if (bytes.StartsWith("TAG"u8))
        {
            return Id3V1Size;
        }

        if (bytes.Length < ApeHeaderSize || !bytes.StartsWith("APETAGEX"u8))
        {
            return 0;
        }

        // The size leaves out the header; a footer alone follows its items, which were passed over.
        bool isHeader = (bytes[23] & 0x20) != 0;
        return ApeHeaderSize + (isHeader ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) : 0);
    }

    private void Accept(ReadOnlySpan<byte> frame, MpegHeader header, bool isSame, IPacketSink sink)
    {
        _current = header;
        _inSync = true;
        InSync();
        bool isInfo = MpegInfo.TryRead(frame, header, out MpegInfo info);
        if (isInfo || !isSame)
        {
            sink.Begin(new CompressedStream(
                AudioCodec.Mp3, "mp3", "mp3", header.SampleRate, header.SampleRate, header.Channels, info.Delay ?? MpegInfo.UsualDelay, []));
        }

        if (!isInfo)
        {
            sink.Packet(frame, header.SamplesPerFrame);
        }
        else if (info.EndOfSound(header.SamplesPerFrame) is { } end)
        {
            sink.EndAt(end);
        }
    }
}
