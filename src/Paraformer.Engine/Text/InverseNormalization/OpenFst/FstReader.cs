using System.Buffers.Binary;
using System.Text;

namespace Paraformer.Engine.Text.InverseNormalization.OpenFst;

/// <summary>The header of an OpenFst file.</summary>
internal readonly record struct FstHeader(string Type, int Version, int Flags, long Start, long States, long Arcs)
{
    public bool HasInputSymbols => (Flags & 1) != 0;

    public bool HasOutputSymbols => (Flags & 2) != 0;

    public bool IsAligned => (Flags & 4) != 0 || Version == 1;
}

/// <summary>Reads what all of OpenFst's binary files consist of, one thing after another.</summary>
/// <param name="file">The whole file.</param>
internal ref struct FstReader(ReadOnlySpan<byte> file)
{
    private const int Magic = 0x7EB2FDD6;
    private const int SymbolsMagic = 2125658996;
    private readonly ReadOnlySpan<byte> _file = file;

    /// <summary>Bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes not yet read.</summary>
    public readonly int Left => _file.Length - Position;

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public float Single() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    public string Text() => Encoding.UTF8.GetString(Take(Int32()));

    public FstArc Arc() => new(Int32(), Int32(), Single(), Int32());

    public void Align(int bytes) => Take((bytes - (Position % bytes)) % bytes);

    /// <summary>The header, with which a file begins.</summary>
    /// <exception cref="FormatException">It is none, or that of another arc type.</exception>
    public FstHeader Header()
    {
        if (Int32() != Magic)
        {
            throw new FormatException("not an OpenFst file");
        }

        string type = Text();
        string arcs = Text();
        int version = Int32();
        int flags = Int32();
        Int64();
        long start = Int64();
        long states = Int64();
        var header = new FstHeader(type, version, flags, start, states, Int64());
        return arcs == "standard" ? header : throw new FormatException($"arcs of type '{arcs}'; 'standard' is needed");
    }

    /// <summary>Passes over a symbol table that the header says is there.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public void SkipSymbols(bool present)
    {
        if (present)
        {
            ReadSymbols(static (_, _) => { });
        }
    }

    /// <summary>Reads a symbol table.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public void ReadSymbols(Action<string, long> add)
    {
        if (Int32() != SymbolsMagic)
        {
            throw new FormatException("the symbol table is damaged");
        }

        Text();
        Int64();
        for (long left = Int64(); left > 0; left--)
        {
            string symbol = Text();
            add(symbol, Int64());
        }
    }

    /// <summary>The next bytes.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        ReadOnlySpan<byte> bytes = _file.Slice(Position, count);
        Position += count;
        return bytes;
    }
}
