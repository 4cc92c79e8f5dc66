using System.Buffers.Binary;
using Paraformer.Protocol;

namespace Paraformer.Server.WebSockets;

/// <summary>What a frame is, by RFC 6455, section 5.2.</summary>
internal enum Opcode : byte
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// <summary>The head of a frame.</summary>
internal readonly record struct FrameHeader(Opcode Opcode, bool IsFinal, long PayloadLength, uint Mask)
{
    public const int MaxLength = 14;
    public const int MaxControlPayload = 125;

    private const byte FinalBit = 0x80;
    private const byte ReservedBits = 0x70;
    private const byte MaskBit = 0x80;

    public bool IsControl => Opcode >= Opcode.Close;

    /// <summary>Reads a client's header; false where more bytes are needed.</summary>
    /// <exception cref="MalformedFrameException">The bytes break RFC 6455.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header, out int length)
    {
        header = default;
        length = 0;
        if (bytes.Length < 2)
        {
            return false;
        }

        int shortLength = bytes[1] & ~MaskBit;
        int lengthBytes = shortLength switch { 126 => 2, 127 => 8, _ => 0 };
        Check(bytes[0], bytes[1], shortLength);
        length = 2 + lengthBytes + 4;
        if (bytes.Length < length)
        {
            return false;
        }

        long payload = lengthBytes switch
        {
            0 => shortLength,
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            _ => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
        };
        if (payload < 0)
        {
            throw Broken("a frame's length has its highest bit set");
        }

        uint mask = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(2 + lengthBytes)..]);
        header = new FrameHeader((Opcode)(bytes[0] & 0x0F), (bytes[0] & FinalBit) != 0, payload, mask);
        return true;
    }

    /// <summary>Writes the header of a whole server message and gives its length.</summary>
    public static int Write(Span<byte> destination, Opcode opcode, int payloadLength)
    {
        destination[0] = (byte)(FinalBit | (byte)opcode);
        switch (payloadLength)
        {
            case < 126:
                destination[1] = (byte)payloadLength;
                return 2;
            case <= ushort.MaxValue:
                destination[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadLength);
                return 4;
            default:
                destination[1] = 127;
                BinaryPrimitives.WriteInt64BigEndian(destination[2..], payloadLength);
                return 10;
        }
    }

    public static MalformedFrameException Broken(string what) => new(1002, $"The WebSocket protocol was broken: {what}.");

    private static void Check(byte first, byte second, int shortLength)
    {
        int opcode = first & 0x0F;
        if ((first & ReservedBits) != 0)
        {
            throw Broken("a reserved bit is set although no extension was agreed on");
        }

        if (opcode is (> (int)Opcode.Binary and < (int)Opcode.Close) or > (int)Opcode.Pong)
        {
            throw Broken($"opcode {opcode} is not defined");
        }

        if ((second & MaskBit) == 0)
        {
            throw Broken("a client's frame is not masked");
        }

        if (opcode >= (int)Opcode.Close && ((first & FinalBit) == 0 || shortLength > MaxControlPayload))
        {
            throw Broken("a control frame is fragmented or longer than 125 bytes");
        }
    }
}
