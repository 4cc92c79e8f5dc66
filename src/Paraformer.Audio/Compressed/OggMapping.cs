namespace Paraformer.Audio.Compressed;

/// <summary>
/// How one codec lies in Ogg: header packets, then audio packets, and granule positions that count samples. The last
/// page's position may lie before its last packet's end: what is behind it is padding.
/// </summary>
internal abstract class OggMapping
{
    private long _samples;
    private long? _granule;
    private int _headersLeft;
    private bool _hasAudio;
    private CompressedStream? _stream;

    /// <summary>Whether the codec's header has been read.</summary>
    public bool HasHeader => _stream is not null;

    /// <summary>The codec's name in messages.</summary>
    protected abstract string Name { get; }

    /// <summary>What the codec's first packet begins with.</summary>
    protected abstract ReadOnlySpan<byte> Mark { get; }

    /// <summary>Whether the last page's position can be relied on to say where the sound ends.</summary>
    protected abstract bool GranuleTellsEnd { get; }

    /// <summary>A logical stream begins.</summary>
    public void BeginStream()
    {
        _stream = null;
        _samples = 0;
        _granule = null;
        _headersLeft = 0;
    }

    /// <summary>A page of the stream begins.</summary>
    public void BeginPage(OggPageHeader page, IPacketSink sink)
    {
        if (_stream is null || !GranuleTellsEnd || page.Granule < 0)
        {
            return;
        }

        if (page.IsLast)
        {
            long end = _granule is { } before && page.Granule >= before ? _samples + page.Granule - before : page.Granule;
            sink.EndAt(Math.Max(end, _samples));
        }

        _granule = page.Granule;
    }

    /// <summary>The next packet of the stream.</summary>
    public void Packet(ReadOnlySpan<byte> packet, bool isTruncated, IPacketSink sink)
    {
        if (_stream is not { } stream)
        {
            // Another codec's stream may stand beside the one that is looked for.
            if (packet.StartsWith(Mark))
            {
                _stream = ReadHeader(packet, out _headersLeft);
                sink.Begin(_stream);
            }

            return;
        }

        if (_headersLeft > 0)
        {
            _headersLeft--;
            if (IsHeader(packet))
            {
                return;
            }
        }

        if (packet.IsEmpty)
        {
            return;
        }

        int duration = isTruncated ? 0 : DurationOf(packet, stream);
        if (duration <= 0)
        {
            throw Damaged($"A packet of the {Name} stream is damaged, {_samples / (double)stream.SampleRate:0.00} s after its start.");
        }

        _hasAudio = true;
        _samples += duration;
        sink.Packet(packet, duration);
    }

    /// <summary>Checks, when the first pages are over, that one was the codec's.</summary>
    public void RequireHeader()
    {
        if (_stream is null)
        {
            throw Damaged($"The Ogg stream holds no {Name}{(_hasAudio ? " any more" : "")}: its first packet is another codec's.");
        }
    }

    /// <summary>Checks that there was a stream at all.</summary>
    public void Ended()
    {
        if (!_hasAudio)
        {
            throw Damaged(_stream is null ? $"The Ogg stream holds no {Name}." : $"The stream is an {Name} header without audio.");
        }
    }

    protected static AudioFormatException Damaged(string message) => new(AudioFormatError.Undecodable, message);

    /// <summary>Reads the first packet.</summary>
    /// <param name="packet">It begins with <see cref="Mark"/>.</param>
    /// <param name="headersThatFollow">How many packets behind it are headers, too.</param>
    /// <exception cref="AudioFormatException">It is damaged.</exception>
    protected abstract CompressedStream ReadHeader(ReadOnlySpan<byte> packet, out int headersThatFollow);

    /// <summary>Whether a packet is one of the headers that follow: some programs leave them out.</summary>
    protected abstract bool IsHeader(ReadOnlySpan<byte> packet);

    /// <summary>A packet's samples; 0 where it is damaged.</summary>
    protected abstract int DurationOf(ReadOnlySpan<byte> packet, CompressedStream stream);
}
