using System.Text;

namespace Paraformer.Engine.Onnx;

/// <summary>The fields of a protocol buffers message, one after the other; ends at the first that is not well-formed.</summary>
internal ref struct ProtoFields(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private ReadOnlySpan<byte> _rest = message;
    private bool _broken;

    /// <summary>The field's number.</summary>
    public int Number { get; private set; }

    /// <summary>Whether it is bytes: a text, a message, packed numbers.</summary>
    public bool IsBytes { get; private set; }

    /// <summary>A whole number's value.</summary>
    public ulong Value { get; private set; }

    /// <summary>The bytes of a field that has some.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The whole field as it is written, its number and length included.</summary>
    public ReadOnlySpan<byte> Written { get; private set; }

    /// <summary>Whether all was read: false where something is not well-formed.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty && !_broken;

    /// <summary>The bytes as text.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Goes to the next field.</summary>
    public bool Next()
    {
        int begin = _message.Length - _rest.Length;
        bool read = Read();
        _broken |= !read && begin < _message.Length;
        Written = _message[begin..(_message.Length - _rest.Length)];
        return read;
    }

    private bool NextVarint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < 10 && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds the numbers of a repeated field, whether they are packed or one.</summary>
    public readonly void AddNumbers(List<long> numbers)
    {
        if (!IsBytes)
        {
            numbers.Add((long)Value);
            return;
        }

        var packed = new ProtoFields(Bytes);
        while (packed.NextVarint(out ulong value))
        {
            numbers.Add((long)value);
        }
    }

    private bool Read()
    {
        if (!NextVarint(out ulong key))
        {
            return false;
        }

        Number = (int)(key >> 3);
        IsBytes = (key & 7) == 2;
        switch (key & 7)
        {
            case 0:
                bool read = NextVarint(out ulong value);
                Value = value;
                return read;
            case 1:
                return Skip(sizeof(ulong));
            case 2 when NextVarint(out ulong length) && length <= (ulong)_rest.Length:
                Bytes = _rest[..(int)length];
                return Skip((int)length);
            case 5:
                return Skip(sizeof(uint));
            default:
                return false;
        }
    }

    private bool Skip(int count)
    {
        if (count > _rest.Length)
        {
            return false;
        }

        _rest = _rest[count..];
        return true;
    }
}
