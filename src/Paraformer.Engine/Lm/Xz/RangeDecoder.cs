namespace Paraformer.Engine.Lm.Xz;

/// <summary>LZMA's binary range decoder over one compressed chunk.</summary>
internal struct RangeDecoder
{
    private const int ModelBits = 11;
    private const int MoveBits = 5;
    private const uint TopValue = 1u << 24;

    private readonly byte[] _input;
    private readonly int _end;
    private int _position;
    private uint _range;
    private uint _code;

    /// <exception cref="InvalidDataException">The chunk is too short or does not begin as it must.</exception>
    public RangeDecoder(byte[] input, int length)
    {
        if (length < 5 || input[0] != 0)
        {
            throw new InvalidDataException("an LZMA chunk does not begin with its range coder's five bytes");
        }

        _input = input;
        _end = length;
        _position = 5;
        _range = uint.MaxValue;
        _code = ((uint)input[1] << 24) | ((uint)input[2] << 16) | ((uint)input[3] << 8) | input[4];
    }

    /// <summary>A probability of one half.</summary>
    public static ushort EvenProbability => 1 << (ModelBits - 1);

    /// <summary>Whether all input was used and the code is what a whole chunk leaves.</summary>
    public readonly bool IsFinished => _position == _end && _code == 0;

    public int Bit(ref ushort probability)
    {
        uint bound = (_range >> ModelBits) * probability;
        int bit;
        if (_code < bound)
        {
            _range = bound;
            probability += (ushort)(((1 << ModelBits) - probability) >> MoveBits);
            bit = 0;
        }
        else
        {
            _range -= bound;
            _code -= bound;
            probability -= (ushort)(probability >> MoveBits);
            bit = 1;
        }

        Normalize();
        return bit;
    }

    public int Tree(Span<ushort> probabilities, int bits)
    {
        int symbol = 1;
        for (int i = 0; i < bits; i++)
        {
            symbol = (symbol << 1) | Bit(ref probabilities[symbol]);
        }

        return symbol - (1 << bits);
    }

    public int ReverseTree(Span<ushort> probabilities, int bits)
    {
        int symbol = 1;
        int value = 0;
        for (int i = 0; i < bits; i++)
        {
            int bit = Bit(ref probabilities[symbol]);
            symbol = (symbol << 1) | bit;
            value |= bit << i;
        }

        return value;
    }

    public uint Direct(int bits)
    {
        uint value = 0;
        for (; bits > 0; bits--)
        {
            _range >>= 1;
            uint below = (_code - _range) >> 31;
            _code -= _range & (below - 1);
            value = (value << 1) | (1 - below);
            Normalize();
        }

        return value;
    }

    private void Normalize()
    {
        if (_range < TopValue)
        {
            if (_position >= _end)
            {
                throw new InvalidDataException("an LZMA chunk ends too early");
            }

            _range <<= 8;
            _code = (_code << 8) | _input[_position++];
        }
    }
}
