namespace Paraformer.Engine.Lm.Xz;

/// <summary>The LZMA algorithm as LZMA2 uses it, by the public LZMA specification: literals, matches and repeated matches in a range-coded stream.</summary>
internal sealed class LzmaDecoder(LzmaWindow window)
{
    private const int States = 12;
    private const int PositionStatesMax = 16;
    private const int MinMatch = 2;
    private readonly ushort[] _isMatch = new ushort[States * PositionStatesMax];
    private readonly ushort[] _isRep = new ushort[States];
    private readonly ushort[] _isRep0 = new ushort[States];
    private readonly ushort[] _isRep1 = new ushort[States];
    private readonly ushort[] _isRep2 = new ushort[States];
    private readonly ushort[] _isRep0Long = new ushort[States * PositionStatesMax];
    private readonly ushort[] _slots = new ushort[4 * 64];
    private readonly ushort[] _special = new ushort[128];
    private readonly ushort[] _align = new ushort[16];
    private readonly Lengths _matchLengths = new();
    private readonly Lengths _repLengths = new();
    private ushort[] _literals = [];
    private int _literalContext;
    private int _literalPositionMask;
    private int _positionMask;
    private int _state;
    private uint _rep0;
    private uint _rep1;
    private uint _rep2;
    private uint _rep3;
    private uint _produced;

    /// <summary>Sets the properties byte and resets the state.</summary>
    /// <exception cref="InvalidDataException">Not a properties byte of LZMA2.</exception>
    public void SetProperties(byte properties)
    {
        int lc = properties % 9, lp = properties / 9 % 5, pb = properties / 45;
        if (pb > 4 || lc + lp > 4)
        {
            throw new InvalidDataException($"LZMA properties {properties}");
        }

        _literalContext = lc;
        _literalPositionMask = (1 << lp) - 1;
        _positionMask = (1 << pb) - 1;
        _literals = new ushort[0x300 << (lc + lp)];
        ResetState();
    }

    public void ResetState()
    {
        foreach (ushort[] model in (ushort[][])[_isMatch, _isRep, _isRep0, _isRep1, _isRep2, _isRep0Long, _slots, _special, _align, _literals])
        {
            Array.Fill(model, RangeDecoder.EvenProbability);
        }

        _matchLengths.Reset();
        _repLengths.Reset();
        (_state, _rep0, _rep1, _rep2, _rep3) = (0, 0, 0, 0, 0);
    }

    /// <summary>Forgets the position, as a new dictionary does.</summary>
    public void ResetPosition() => _produced = 0;

    /// <summary>Counts bytes that were stored without compression.</summary>
    public void Skip(int count) => _produced += (uint)count;

    /// <summary>Decodes exactly <paramref name="count"/> bytes.</summary>
    /// <exception cref="InvalidDataException">The data are damaged.</exception>
    public void Decode(ref RangeDecoder range, int count)
    {
        if (_literals.Length == 0)
        {
            throw new InvalidDataException("LZMA data without properties");
        }

        uint end = _produced + (uint)count;
        while (_produced != end)
        {
            int positionState = (int)_produced & _positionMask;
            if (range.Bit(ref _isMatch[(_state * PositionStatesMax) + positionState]) == 0)
            {
                Literal(ref range);
                continue;
            }

            int length = range.Bit(ref _isRep[_state]) == 0 ? Match(ref range, positionState) : Rep(ref range, positionState);
            if ((uint)length > end - _produced)
            {
                throw new InvalidDataException("an LZMA match goes on beyond its chunk");
            }

            window.Repeat(_rep0, length);
            _produced += (uint)length;
        }
    }

    private void Literal(ref RangeDecoder range)
    {
        int context = (((int)_produced & _literalPositionMask) << _literalContext) + (window.Last >> (8 - _literalContext));
        Span<ushort> probabilities = _literals.AsSpan(0x300 * context, 0x300);
        int symbol = 1;
        if (_state >= 7)
        {
            int match = window.At(_rep0);
            do
            {
                int matchBit = (match >> 7) & 1;
                match <<= 1;
                int bit = range.Bit(ref probabilities[((1 + matchBit) << 8) + symbol]);
                symbol = (symbol << 1) | bit;
                if (matchBit != bit)
                {
                    break;
                }
            }
            while (symbol < 0x100);
        }

        while (symbol < 0x100)
        {
            symbol = (symbol << 1) | range.Bit(ref probabilities[symbol]);
        }

        window.Put((byte)symbol);
        _produced++;
        _state = _state < 4 ? 0 : _state < 10 ? _state - 3 : _state - 6;
    }

    private int Match(ref RangeDecoder range, int positionState)
    {
        (_rep3, _rep2, _rep1) = (_rep2, _rep1, _rep0);
        int length = _matchLengths.Decode(ref range, positionState);
        _state = _state < 7 ? 7 : 10;
        int slot = range.Tree(_slots.AsSpan(Math.Min(length, 3) * 64, 64), 6);
        _rep0 = slot < 4 ? (uint)slot : Distance(ref range, slot);
        return length + MinMatch;
    }

    private uint Distance(ref RangeDecoder range, int slot)
    {
        int bits = (slot >> 1) - 1;
        uint distance = (2 | ((uint)slot & 1)) << bits;
        return slot < 14
            ? distance + (uint)range.ReverseTree(_special.AsSpan((int)distance - slot), bits)
            : distance + (range.Direct(bits - 4) << 4) + (uint)range.ReverseTree(_align, 4);
    }

    private int Rep(ref RangeDecoder range, int positionState)
    {
        if (range.Bit(ref _isRep0[_state]) == 0)
        {
            if (range.Bit(ref _isRep0Long[(_state * PositionStatesMax) + positionState]) == 0)
            {
                _state = _state < 7 ? 9 : 11;
                return 1;
            }
        }
        else if (range.Bit(ref _isRep1[_state]) == 0)
        {
            (_rep0, _rep1) = (_rep1, _rep0);
        }
        else if (range.Bit(ref _isRep2[_state]) == 0)
        {
            (_rep0, _rep1, _rep2) = (_rep2, _rep0, _rep1);
        }
        else
        {
            (_rep0, _rep1, _rep2, _rep3) = (_rep3, _rep0, _rep1, _rep2);
        }

        int length = _repLengths.Decode(ref range, positionState);
        _state = _state < 7 ? 8 : 11;
        return length + MinMatch;
    }

    private sealed class Lengths
    {
        private readonly ushort[] _choice = new ushort[2];
        private readonly ushort[] _low = new ushort[PositionStatesMax * 8];
        private readonly ushort[] _mid = new ushort[PositionStatesMax * 8];
        private readonly ushort[] _high = new ushort[256];

        public void Reset()
        {
            foreach (ushort[] model in (ushort[][])[_choice, _low, _mid, _high])
            {
                Array.Fill(model, RangeDecoder.EvenProbability);
            }
        }

        public int Decode(ref RangeDecoder range, int positionState) =>
            range.Bit(ref _choice[0]) == 0 ? range.Tree(_low.AsSpan(positionState * 8, 8), 3)
            : range.Bit(ref _choice[1]) == 0 ? 8 + range.Tree(_mid.AsSpan(positionState * 8, 8), 3)
            : 16 + range.Tree(_high, 8);
    }
}
