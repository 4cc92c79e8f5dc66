using System.Buffers;
using System.Text;

namespace Paraformer.Engine.Onnx;

/// <summary>Writes a protocol buffers message.</summary>
internal sealed class ProtoMessage
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What has been written.</summary>
    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>A whole number.</summary>
    public ProtoMessage Add(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    /// <summary>Bytes, a message or packed numbers.</summary>
    public ProtoMessage Add(int field, ReadOnlySpan<byte> value)
    {
        Begin(field, value.Length);
        return Raw(value);
    }

    /// <summary>A text.</summary>
    public ProtoMessage Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    /// <summary>The number and length of a field whose bytes are written elsewhere.</summary>
    public ProtoMessage Begin(int field, long length)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)length);
        return this;
    }

    /// <summary>Fields as they are written elsewhere.</summary>
    public ProtoMessage Raw(ReadOnlySpan<byte> written)
    {
        _bytes.Write(written);
        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Write([(byte)(value | 0x80)]);
        }

        _bytes.Write([(byte)value]);
    }
}
