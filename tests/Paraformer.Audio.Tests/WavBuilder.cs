using System.Buffers.Binary;
using System.Text;

namespace Paraformer.Audio.Tests;

/// <summary>Writes WAV bytes, right or deliberately wrong.</summary>
internal sealed record WavBuilder
{
    public string Magic { get; init; } = "RIFF";

    public int Tag { get; init; } = 1;

    public int Channels { get; init; } = 1;

    public uint SampleRate { get; init; } = 16000;

    public int Bits { get; init; } = 16;

    public int? FrameSize { get; init; }

    public bool Extensible { get; init; }

    public int? ValidBits { get; init; }

    public byte[]? SubFormat { get; init; }

    public uint? StatedDataSize { get; init; }

    public ulong? DataSize64 { get; init; }

    public (string Id, byte[] Body)[] ChunksBefore { get; init; } = [];

    public byte[] After { get; init; } = [];

    private bool IsBigEndian => Magic == "RIFX";

    public byte[] Build(byte[] data)
    {
        List<byte> file = [.. Ascii(Magic), .. U32(0), .. Ascii("WAVE")];
        if (DataSize64 is { } size)
        {
            byte[] sizes = new byte[28];
            BinaryPrimitives.WriteUInt64LittleEndian(sizes.AsSpan(8), size);
            Append(file, "ds64", sizes);
        }

        foreach ((string id, byte[] body) in ChunksBefore)
        {
            Append(file, id, body);
        }

        Append(file, "fmt ", FormatChunk());
        file.AddRange([.. Ascii("data"), .. U32(StatedDataSize ?? (uint)data.Length), .. data, .. After]);
        byte[] result = [.. file];
        U32((uint)(result.Length - 8)).CopyTo(result, 4);
        return result;
    }

    private byte[] FormatChunk()
    {
        int frameSize = FrameSize ?? (Bits + 7) / 8 * Channels;
        List<byte> chunk =
        [
            .. U16(Extensible ? 0xFFFE : Tag), .. U16(Channels), .. U32(SampleRate), .. U32((uint)(SampleRate * frameSize)),
            .. U16(frameSize), .. U16(Bits),
        ];
        if (Extensible)
        {
            byte[] guid = SubFormat ?? [.. U32((uint)Tag), .. U16(0), .. U16(0x10), 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];
            chunk.AddRange([.. U16(22), .. U16(ValidBits ?? Bits), .. U32(0), .. guid]);
        }

        return [.. chunk];
    }

    private void Append(List<byte> file, string id, byte[] body)
    {
        file.AddRange([.. Ascii(id), .. U32((uint)body.Length), .. body]);
        if (body.Length % 2 == 1)
        {
            file.Add(0);
        }
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private byte[] U16(int value) => IsBigEndian ? [(byte)(value >> 8), (byte)value] : [(byte)value, (byte)(value >> 8)];

    private byte[] U32(uint value)
    {
        byte[] bytes = BitConverter.GetBytes(value);
        if (IsBigEndian)
        {
            Array.Reverse(bytes);
        }

        return bytes;
    }
}
