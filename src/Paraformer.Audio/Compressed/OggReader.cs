using System.Buffers;

namespace Paraformer.Audio.Compressed;

/// <summary>
/// Packets of one codec in Ogg (RFC 3533): of the first logical stream that holds it, and of those chained behind it. A
/// packet is handed on when its last byte is there; a page's checksum is compared when the page ends.
/// </summary>
internal sealed class OggReader(OggMapping mapping) : PacketReader
{
    // Larger packets than any audio packet are comments with pictures: what is behind this is dropped.
    private const int MaxPacketBytes = 128 * 1024;

    private readonly byte[] _header = new byte[OggPageHeader.FixedSize + 255];
    private readonly ArrayBufferWriter<byte> _packet = new();
    private int _headerSize;
    private int _segment = -1;
    private int _segmentLeft;
    private OggPageHeader _page;
    private uint _checksum;
    private bool _isOurs;
    private bool _dropsPacket;
    private bool _isTruncatedPacket;
    private uint? _serial;
    private bool _isPastFirstPages;
    private bool _sawPage;
    private long _position;
    private int _junk;

    public override void Read(ReadOnlySpan<byte> data, IPacketSink sink)
    {
        while (!data.IsEmpty)
        {
            int count = _segment < 0 ? ReadHeader(data, sink) : ReadBody(data, sink);
            _position += count;
            data = data[count..];
        }
    }

    public override void Complete(IPacketSink sink)
    {
        if (!_sawPage)
        {
            throw Damaged("The stream ended within its first Ogg page.");
        }

        mapping.Ended();
    }

    public override void Dispose()
    {
    }

    private int SegmentCount => _header[OggPageHeader.FixedSize - 1];

    private int ReadHeader(ReadOnlySpan<byte> data, IPacketSink sink)
    {
        int wanted = _headerSize < OggPageHeader.FixedSize ? OggPageHeader.FixedSize : OggPageHeader.FixedSize + SegmentCount;
        int count = Math.Min(data.Length, wanted - _headerSize);
        data[..count].CopyTo(_header.AsSpan(_headerSize));
        _headerSize += count;
        DropJunk();
        if (_headerSize >= OggPageHeader.FixedSize && _headerSize == OggPageHeader.FixedSize + SegmentCount)
        {
            BeginPage(sink);
        }

        return count;
    }

    private void DropJunk()
    {
        while (_headerSize > 0 && !OggPageHeader.MayBegin(_header.AsSpan(0, _headerSize)))
        {
            if (++_junk > MaxJunkBytes)
            {
                throw Damaged($"There is no Ogg page in the {MaxJunkBytes / 1024} KiB before byte {_position}: the stream is damaged or is something else.");
            }

            _headerSize--;
            _header.AsSpan(1, _headerSize).CopyTo(_header);
        }
    }

    private void BeginPage(IPacketSink sink)
    {
        ReadOnlySpan<byte> header = _header.AsSpan(0, _headerSize);
        _page = OggPageHeader.Read(header);
        _checksum = OggPageHeader.ChecksumOf(header);
        _sawPage = true;
        _junk = 0;
        ChooseStream();
        if (_isOurs)
        {
            // A packet that was not ended before, or whose beginning is missing, is lost.
            _dropsPacket = _page.IsContinued && _packet.WrittenCount == 0;
            if (!_page.IsContinued)
            {
                ForgetPacket();
            }

            mapping.BeginPage(_page, sink);
        }

        _segment = 0;
        _segmentLeft = SegmentCount > 0 ? _header[OggPageHeader.FixedSize] : 0;
        SkipEmptySegments(sink);
    }

    private void ChooseStream()
    {
        if (_page.IsFirst)
        {
            // Until other pages come, first pages belong to streams side by side; later ones to the next in the chain.
            if (_isPastFirstPages || _serial is null || !mapping.HasHeader)
            {
                _serial = _page.Serial;
                _isPastFirstPages = false;
                ForgetPacket();
                mapping.BeginStream();
            }
        }
        else
        {
            _isPastFirstPages = true;
            if (_serial is not null)
            {
                mapping.RequireHeader();
            }
        }

        _isOurs = _page.Serial == _serial;
    }

    private int ReadBody(ReadOnlySpan<byte> data, IPacketSink sink)
    {
        int count = Math.Min(data.Length, _segmentLeft);
        ReadOnlySpan<byte> piece = data[..count];
        _checksum = OggCrc.Update(_checksum, piece);
        if (_isOurs && !_dropsPacket)
        {
            int room = Math.Min(count, MaxPacketBytes - _packet.WrittenCount);
            _isTruncatedPacket |= room < count;
            _packet.Write(piece[..room]);
        }

        _segmentLeft -= count;
        if (_segmentLeft == 0)
        {
            EndSegment(sink);
            SkipEmptySegments(sink);
        }

        return count;
    }

    // A segment shorter than 255 bytes ends its packet, so one without bytes may, too.
    private void SkipEmptySegments(IPacketSink sink)
    {
        while (_segment >= 0 && _segmentLeft == 0 && _segment < SegmentCount)
        {
            EndSegment(sink);
        }

        if (_segment >= 0 && _segment == SegmentCount)
        {
            EndPage();
        }
    }

    private void EndSegment(IPacketSink sink)
    {
        bool endsPacket = _header[OggPageHeader.FixedSize + _segment] < 255;
        _segment++;
        _segmentLeft = _segment < SegmentCount ? _header[OggPageHeader.FixedSize + _segment] : 0;
        if (!endsPacket || !_isOurs)
        {
            return;
        }

        if (!_dropsPacket)
        {
            mapping.Packet(_packet.WrittenSpan, _isTruncatedPacket, sink);
        }

        _dropsPacket = false;
        ForgetPacket();
    }

    private void EndPage()
    {
        _segment = -1;
        _headerSize = 0;
        if (_checksum != _page.Checksum)
        {
            throw Damaged($"The Ogg page that ends about byte {_position} is damaged: its checksum is wrong.");
        }
    }

    private void ForgetPacket()
    {
        _packet.ResetWrittenCount();
        _isTruncatedPacket = false;
    }
}
