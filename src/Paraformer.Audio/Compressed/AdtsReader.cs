namespace Paraformer.Audio.Compressed;

/// <summary>Frames of an ADTS stream (ISO/IEC 13818-7, section 6.2).</summary>
internal sealed class AdtsReader : FrameReader
{
    private const int HeaderSize = 7;
    private const int BlockSamples = 1024;

    /// <summary>
    /// The transform overlaps frames, so what the first one gives is no sound yet, whatever the encoder: at least one
    /// frame of delay. ADTS does not say how much more there is; most encoders have none or as much again.
    /// </summary>
    private const int LeastDelay = 1024;

    // Where the frame that may be too few is long, the middle: no encoder is then off by more than 70 ms.
    private const int MiddleDelay = LeastDelay * 3 / 2;
    private const int LongFrameRate = 12_800;

    /// <summary>
    /// SBR, where the decoder doubles the rate, adds a filter bank in the encoder and one in the decoder. The encoders in
    /// use differ little: Fraunhofer's has 5,058 samples of the doubled rate in all, Apple's 5,186.
    /// </summary>
    private const int UsualSbrDelay = 5058 / 2;

    private AdtsHeader? _current;
    private bool _inSync;

    protected override int Next(ReadOnlySpan<byte> bytes, bool isEnd, IPacketSink sink)
    {
        if (bytes.Length < Id3Tag.HeaderSize && !isEnd)
        {
            return 0;
        }

        if (Id3Tag.TryRead(bytes, out long tagSize))
        {
            Skip(tagSize);
            return 0;
        }

        if (!AdtsHeader.TryRead(bytes, out AdtsHeader header))
        {
            _inSync = false;
            return Junk("AAC frame (ADTS)");
        }

        bool isSame = header.Describes(_current);
        if (bytes.Length < header.FrameSize + (_inSync && isSame ? 0 : HeaderSize) && !isEnd)
        {
            return 0;
        }

        bool isWhole = bytes.Length >= header.FrameSize;
        bool isConfirmed = isSame && _inSync;
        if (!isConfirmed && isWhole)
        {
            ReadOnlySpan<byte> next = bytes[header.FrameSize..];
            isConfirmed = next.IsEmpty || next.StartsWith("ID3"u8) || (AdtsHeader.TryRead(next, out AdtsHeader following) && following.Describes(header));
        }

        if (!isWhole || !isConfirmed)
        {
            _inSync = false;
            return Junk("AAC frame (ADTS)");
        }

        Accept(bytes, header, isSame, sink);
        return header.FrameSize;
    }

    protected override void Ended()
    {
        if (_current is null)
        {
            throw Damaged("The stream holds no AAC frame (ADTS).");
        }
    }

    private void Accept(ReadOnlySpan<byte> bytes, AdtsHeader header, bool isSame, IPacketSink sink)
    {
        if (!isSame)
        {
            sink.Begin(new CompressedStream(AudioCodec.Aac, "aac", "aac", header.SampleRate, header.SampleRate, header.Channels, header.SampleRate < LongFrameRate ? MiddleDelay : LeastDelay, [])
            {
                SkipDoubled = UsualSbrDelay,
            });
            _current = header;
        }

        _inSync = true;
        InSync();
        sink.Packet(bytes[..header.FrameSize], header.Blocks * BlockSamples);
    }

    /// <summary>What a frame's header says.</summary>
    private readonly record struct AdtsHeader(int Fixed, int SampleRate, int Channels, int FrameSize, int Blocks)
    {
        private static ReadOnlySpan<int> Rates => [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];

        public static bool TryRead(ReadOnlySpan<byte> bytes, out AdtsHeader header)
        {
            header = default;
            if (bytes.Length < HeaderSize || bytes[0] != 0xFF || (bytes[1] & 0xF6) != 0xF0)
            {
                return false;
            }

            int rateIndex = (bytes[2] >> 2) & 0x0F;
            int channels = ((bytes[2] & 1) << 2) | (bytes[3] >> 6);
            int frameSize = ((bytes[3] & 3) << 11) | (bytes[4] << 3) | (bytes[5] >> 5);
            if (rateIndex >= Rates.Length || frameSize <= HeaderSize)
            {
                return false;
            }

            // Version, profile, rate and channel configuration stay the same throughout a stream.
            int isFixed = ((bytes[1] & 8) << 12) | (bytes[2] & 0xFD) << 4 | (bytes[3] >> 6);
            header = new(isFixed, Rates[rateIndex], channels == 7 ? 8 : channels, frameSize, (bytes[6] & 3) + 1);
            return true;
        }

        public bool Describes(AdtsHeader? other) => other is { } that && that.Fixed == Fixed;
    }
}
