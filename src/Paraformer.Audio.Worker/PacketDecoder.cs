using Paraformer.Audio.Workers;

namespace Paraformer.Audio.Worker;

/// <summary>Samples of one packet.</summary>
/// <param name="Count">Mono samples; -1 where the packet cannot be decoded.</param>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Channels">Channels before they were mixed.</param>
internal readonly record struct DecodedPacket(int Count, int SampleRate, int Channels);

/// <summary>One stream's codec state.</summary>
internal sealed unsafe class PacketDecoder : IDisposable
{
    private const int MaxChannels = 64;

    // Offsets that hold in FFmpeg 4 to 8, 64-bit.
    private const int PacketData = 24;
    private const int FrameExtendedData = 96;
    private const int FrameSampleCount = 112;
    private const int FrameFormat = 116;
    private const int ParametersExtradata = 16;
    private const int ParametersExtradataSize = 24;
    private const int InputPadding = 64;

    private readonly LibAvcodec _av;
    private readonly bool _keepsFrames;
    private nint _context;
    private nint _packet;
    private nint _frame;

    /// <exception cref="InvalidDataException">The codec does not take its header.</exception>
    public PacketDecoder(LibAvcodec av, byte codec, ReadOnlySpan<byte> header)
    {
        _av = av;

        // libspeex gives one frame for a packet and the packet's others with the packets that follow, unless it is told that none will.
        _keepsFrames = codec == WorkerProtocol.Speex;
        nint decoder = Find(av, codec);
        _context = decoder == 0 ? 0 : av.AllocContext(decoder);
        _packet = av.AllocPacket();
        _frame = av.AllocFrame();
        if (_context == 0 || _packet == 0 || _frame == 0 || !SetHeader(header) || !OpenCodec(decoder))
        {
            Dispose();
            throw new InvalidDataException("the decoder refuses the stream's header");
        }
    }

    public static bool CanDecode(LibAvcodec av, byte codec) => Find(av, codec) != 0;

    /// <summary>Decodes one packet into mono samples.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="mono">At least <see cref="WorkerProtocol.MaxPacketSamples"/> long.</param>
    public DecodedPacket Decode(ReadOnlySpan<byte> packet, Span<float> mono)
    {
        if (packet.IsEmpty || _av.NewPacket(_packet, packet.Length) < 0)
        {
            return new(-1, 0, 0);
        }

        packet.CopyTo(new Span<byte>(*(byte**)(_packet + PacketData), packet.Length));
        int sent = _av.SendPacket(_context, _packet);
        _av.UnrefPacket(_packet);
        if (sent < 0)
        {
            return new(-1, 0, 0);
        }

        int total = 0;
        int channels = 0;
        bool isWhole = Receive(mono, ref total, ref channels);
        if (_keepsFrames)
        {
            _ = _av.SendPacket(_context, 0);
            isWhole &= Receive(mono, ref total, ref channels);
            _av.FlushBuffers(_context);
        }

        if (!isWhole)
        {
            return new(-1, 0, 0);
        }

        long rate = 0;
        fixed (byte* name = "ar\0"u8)
        {
            _ = _av.GetOption(_context, name, 0, &rate);
        }

        return total == 0 || rate is < 1000 or > 768_000 ? new(-1, 0, 0) : new(total, (int)rate, channels);
    }

    public void Dispose()
    {
        fixed (nint* context = &_context, packet = &_packet, frame = &_frame)
        {
            _av.FreeContext(context);
            _av.FreePacket(packet);
            _av.FreeFrame(frame);
        }
    }

    private bool Receive(Span<float> mono, ref int total, ref int channels)
    {
        while (_av.ReceiveFrame(_context, _frame) >= 0)
        {
            int count = *(int*)(_frame + FrameSampleCount);
            channels = Channels();
            if (count < 0 || channels is < 1 or > MaxChannels || count > mono.Length - total
                || !SampleMixer.TryMix((byte**)*(nint*)(_frame + FrameExtendedData), *(int*)(_frame + FrameFormat), channels, mono.Slice(total, count)))
            {
                return false;
            }

            total += count;
        }

        return true;
    }

    private static nint Find(LibAvcodec av, byte codec)
    {
        // The codecs' own reference decoders first, where FFmpeg was built with them.
        return codec switch
        {
            WorkerProtocol.Mp3 => Find(av, "mp3float\0"u8, "mp3\0"u8),
            WorkerProtocol.Opus => Find(av, "libopus\0"u8, "opus\0"u8),
            WorkerProtocol.Speex => Find(av, "libspeex\0"u8, "speex\0"u8),
            WorkerProtocol.Aac => Find(av, "aac\0"u8, "aac_fixed\0"u8),
            WorkerProtocol.Amr => Find(av, "amrnb\0"u8, "libopencore_amrnb\0"u8),
            _ => 0,
        };
    }

    private static nint Find(LibAvcodec av, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        fixed (byte* name = first, other = second)
        {
            nint decoder = av.FindDecoderByName(name);
            return decoder != 0 ? decoder : av.FindDecoderByName(other);
        }
    }

    private bool SetHeader(ReadOnlySpan<byte> header)
    {
        if (header.IsEmpty)
        {
            return true;
        }

        nint parameters = _av.AllocParameters();
        nint extradata = _av.AllocZeroed((nuint)(header.Length + InputPadding));
        if (parameters == 0 || extradata == 0 || _av.ParametersFromContext(parameters, _context) < 0)
        {
            return false;
        }

        header.CopyTo(new Span<byte>((void*)extradata, header.Length));
        *(nint*)(parameters + ParametersExtradata) = extradata;
        *(int*)(parameters + ParametersExtradataSize) = header.Length;
        int done = _av.ParametersToContext(_context, parameters);
        _av.FreeParameters(&parameters);
        return done >= 0;
    }

    private bool OpenCodec(nint decoder)
    {
        fixed (byte* threads = "threads\0"u8)
        {
            _ = _av.SetOption(_context, threads, 1, 0);
        }

        return _av.Open(_context, decoder, 0) >= 0;
    }

    private int Channels()
    {
        if (_av.GetChannelLayoutOption is null)
        {
            long count = 0;
            fixed (byte* name = "ac\0"u8)
            {
                return _av.GetOption(_context, name, 0, &count) < 0 ? 0 : (int)count;
            }
        }

        LibAvcodec.ChannelLayout layout = default;
        fixed (byte* name = "ch_layout\0"u8)
        {
            if (_av.GetChannelLayoutOption(_context, name, 0, &layout) < 0)
            {
                return 0;
            }
        }

        int channels = layout.Channels;
        _av.FreeChannelLayout(&layout);
        return channels;
    }
}
