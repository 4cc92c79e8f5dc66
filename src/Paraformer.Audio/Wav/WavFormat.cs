using System.Buffers.Binary;
using Paraformer.Audio.Pcm;

namespace Paraformer.Audio.Wav;

/// <summary>What the <c>fmt</c> chunk of a WAV stream says.</summary>
/// <param name="Encoding">How one sample is stored.</param>
/// <param name="SampleRate">Hz.</param>
/// <param name="Channels">1 to <see cref="MaxChannels"/>.</param>
/// <param name="BitsPerSample">Bits that count. Fewer than the stored ones sit at the top, as the format defines it.</param>
internal readonly record struct WavFormat(SampleEncoding Encoding, int SampleRate, int Channels, int BitsPerSample)
{
    public const int MinSampleRate = 1_000;
    public const int MaxSampleRate = 768_000;
    public const int MaxChannels = 64;

    /// <summary>The length of the longest <c>fmt</c> chunk that is defined; more is ignored.</summary>
    public const int MaxChunkSize = 40;

    private const int MinChunkSize = 16;
    private const int TagPcm = 1;
    private const int TagFloat = 3;
    private const int TagALaw = 6;
    private const int TagMuLaw = 7;
    private const int TagExtensible = 0xFFFE;

    /// <summary>Bytes of one frame: a sample of each channel.</summary>
    public int FrameSize => Encoding.ByteCount() * Channels;

    public AudioStreamInfo ToInfo() => new("wav", Encoding.ShortName(), SampleRate, Channels, BitsPerSample);

    /// <summary>Reads the chunk's first bytes, up to <see cref="MaxChunkSize"/> of them.</summary>
    /// <exception cref="AudioFormatException">The chunk is broken, or describes audio that cannot be decoded here.</exception>
    public static WavFormat Parse(ReadOnlySpan<byte> chunk, bool bigEndian)
    {
        if (chunk.Length < MinChunkSize)
        {
            throw Broken($"its fmt chunk has {chunk.Length} bytes; at least {MinChunkSize} are needed");
        }

        int tag = ReadUInt16(chunk, bigEndian);
        int channels = ReadUInt16(chunk[2..], bigEndian);
        uint sampleRate = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        int frameSize = ReadUInt16(chunk[12..], bigEndian);
        int bits = ReadUInt16(chunk[14..], bigEndian);
        int validBits = bits;
        if (tag == TagExtensible)
        {
            (tag, validBits) = ParseExtension(chunk, bits, bigEndian);
        }

        CheckTag(tag);
        if (channels is 0 or > MaxChannels)
        {
            throw channels == 0
                ? Broken("its header states 0 channels")
                : Unsupported($"it has {channels} channels; at most {MaxChannels} are supported");
        }

        if (sampleRate is < MinSampleRate or > MaxSampleRate)
        {
            throw Unsupported($"its sample rate is {sampleRate} Hz; {MinSampleRate} to {MaxSampleRate} Hz are supported");
        }

        int sampleSize = SampleSize(frameSize, channels, bits);
        return new WavFormat(Choose(tag, sampleSize, bits, bigEndian), (int)sampleRate, channels, validBits);
    }

    private static (int Tag, int ValidBits) ParseExtension(ReadOnlySpan<byte> chunk, int bits, bool bigEndian)
    {
        if (chunk.Length < MaxChunkSize)
        {
            throw Broken($"its fmt chunk is of the extensible kind but has {chunk.Length} bytes; {MaxChunkSize} are needed");
        }

        // The sub-format is a GUID whose first four bytes are a format tag and whose other twelve are fixed.
        ReadOnlySpan<byte> guid = chunk.Slice(24, 16);
        ReadOnlySpan<byte> fixedPart = bigEndian
            ? [0x00, 0x00, 0x00, 0x10, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71]
            : [0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];
        uint tag = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(guid) : BinaryPrimitives.ReadUInt32LittleEndian(guid);
        if (!guid[4..].SequenceEqual(fixedPart) || tag > ushort.MaxValue)
        {
            throw Unsupported($"its sub-format is {new Guid(guid, bigEndian)}; {Decodable}");
        }

        int stated = ReadUInt16(chunk[18..], bigEndian);
        return ((int)tag, stated == 0 || stated > bits ? bits : stated);
    }

    private static void CheckTag(int tag)
    {
        if (tag is not (TagPcm or TagFloat or TagALaw or TagMuLaw))
        {
            throw Unsupported($"its samples are coded as {WavFormatTags.Describe(tag)}; {Decodable}");
        }
    }

    private static int SampleSize(int frameSize, int channels, int bits)
    {
        int needed = (bits + 7) / 8;
        if (frameSize == 0)
        {
            return needed;
        }

        if (frameSize % channels != 0 || frameSize / channels < needed)
        {
            throw Broken($"its header states {frameSize} bytes a frame, which does not fit {channels} channels of {bits} bits");
        }

        return frameSize / channels;
    }

    private static SampleEncoding Choose(int tag, int sampleSize, int bits, bool bigEndian) => (tag, sampleSize) switch
    {
        (TagPcm, 1) when bits > 0 => SampleEncoding.U8,
        (TagPcm, 2) when bits > 8 => bigEndian ? SampleEncoding.S16Be : SampleEncoding.S16Le,
        (TagPcm, 3) when bits > 8 => bigEndian ? SampleEncoding.S24Be : SampleEncoding.S24Le,
        (TagPcm, 4) when bits > 8 => bigEndian ? SampleEncoding.S32Be : SampleEncoding.S32Le,
        (TagFloat, 4) when bits == 32 => bigEndian ? SampleEncoding.F32Be : SampleEncoding.F32Le,
        (TagFloat, 8) when bits == 64 => bigEndian ? SampleEncoding.F64Be : SampleEncoding.F64Le,
        (TagALaw, 1) when bits == 8 => SampleEncoding.ALaw,
        (TagMuLaw, 1) when bits == 8 => SampleEncoding.MuLaw,
        _ => throw Unsupported($"it holds {WavFormatTags.Describe(tag)} samples of {bits} bits in {sampleSize} bytes; {Decodable}"),
    };

    private const string Decodable = "integer PCM of 1 to 32 bits, float of 32 and 64 bits, A-law and mu-law can be decoded: convert it to 16-bit PCM";

    private static ushort ReadUInt16(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static AudioFormatException Broken(string what) => new(AudioFormatError.Undecodable, $"The WAV stream cannot be read: {what}.");

    private static AudioFormatException Unsupported(string what) => new(AudioFormatError.Unsupported, $"The WAV stream is not supported: {what}.");
}
