using System.Buffers.Binary;
using System.Text;

namespace Paraformer.Engine.Text.InverseNormalization.OpenFst;

/// <summary>
/// Reads OpenFst's binary files of the types "vector" and "const" with standard arcs: the layout that OpenFst's VectorFst::Write
/// and ConstFst::Write produce.
/// </summary>
internal static class FstFile
{
    private const int Magic = 0x7EB2FDD6;
    private const int SymbolsMagic = 2125658996;
    private const int ArcBytes = 16;
    private const int ConstStateBytes = 20;
    private const int Alignment = 16;

    /// <exception cref="InvalidDataException">The bytes are not such a file; the message names the file and what is wrong.</exception>
    public static Fst Read(string name, ReadOnlySpan<byte> file)
    {
        try
        {
            return ReadFile(file);
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException or FormatException)
        {
            throw new InvalidDataException(
                error is FormatException ? $"{name}: {error.Message}" : $"{name}: the file ends early or holds a size that it has no room for; fetch it again", error);
        }
    }

    private static Fst ReadFile(ReadOnlySpan<byte> file)
    {
        var reader = new Cursor(file);
        if (reader.Int32() != Magic)
        {
            throw new FormatException("not an OpenFst file");
        }

        string type = reader.Text();
        string arcs = reader.Text();
        int version = reader.Int32();
        int flags = reader.Int32();
        reader.Int64();
        int start = checked((int)reader.Int64());
        int states = checked((int)reader.Int64());
        int arcCount = checked((int)reader.Int64());
        if (arcs != "standard")
        {
            throw new FormatException($"arcs of type '{arcs}'; 'standard' is needed");
        }

        SkipSymbols(ref reader, (flags & 1) != 0);
        SkipSymbols(ref reader, (flags & 2) != 0);
        if (states < 0 || arcCount < 0 || states > file.Length || start < 0 || start >= states)
        {
            throw new FormatException($"{states} states starting at {start} make no transducer");
        }

        Fst fst = type switch
        {
            "vector" => ReadVector(ref reader, start, states),
            "const" => ReadConst(ref reader, start, states, arcCount, aligned: (flags & 4) != 0 || version == 1),
            _ => throw new FormatException($"type '{type}'; 'vector' or 'const' is needed"),
        };
        return fst.Arcs.All(arc => arc.Next >= 0 && arc.Next < states) ? fst : throw new FormatException("an arc leads to no state");
    }

    private static Fst ReadVector(ref Cursor reader, int start, int states)
    {
        var finals = new float[states];
        var firsts = new int[states + 1];
        var arcs = new List<FstArc>();
        for (int s = 0; s < states; s++)
        {
            finals[s] = reader.Single();
            long count = reader.Int64();
            if (count < 0 || count * ArcBytes > reader.Left)
            {
                throw new FormatException($"state {s} has {count} arcs");
            }

            for (long i = 0; i < count; i++)
            {
                arcs.Add(reader.Arc());
            }

            firsts[s + 1] = arcs.Count;
        }

        return new Fst(start, finals, firsts, [.. arcs]);
    }

    private static Fst ReadConst(ref Cursor reader, int start, int states, int arcCount, bool aligned)
    {
        var finals = new float[states];
        var firsts = new int[states + 1];
        if (aligned)
        {
            reader.Align(Alignment);
        }

        if ((long)states * ConstStateBytes > reader.Left)
        {
            throw new FormatException("fewer states than the header says");
        }

        for (int s = 0; s < states; s++)
        {
            finals[s] = reader.Single();
            firsts[s] = reader.Int32();
            int count = reader.Int32();
            reader.Int64();
            if (firsts[s] < 0 || count < 0 || (s > 0 && firsts[s] < firsts[s - 1]) || (long)firsts[s] + count > arcCount)
            {
                throw new FormatException($"the arcs of state {s} are out of order");
            }
        }

        firsts[states] = arcCount;
        if (aligned)
        {
            reader.Align(Alignment);
        }

        if ((long)arcCount * ArcBytes > reader.Left)
        {
            throw new FormatException("fewer arcs than the header says");
        }

        var arcs = new FstArc[arcCount];
        for (int i = 0; i < arcs.Length; i++)
        {
            arcs[i] = reader.Arc();
        }

        return new Fst(start, finals, firsts, arcs);
    }

    private static void SkipSymbols(ref Cursor reader, bool present)
    {
        if (!present)
        {
            return;
        }

        if (reader.Int32() != SymbolsMagic)
        {
            throw new FormatException("the symbol table is damaged");
        }

        reader.Text();
        reader.Int64();
        for (long left = reader.Int64(); left > 0; left--)
        {
            reader.Text();
            reader.Int64();
        }
    }

    private ref struct Cursor(ReadOnlySpan<byte> file)
    {
        private readonly ReadOnlySpan<byte> _file = file;
        private int _at;

        public readonly int Left => _file.Length - _at;

        public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

        public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        public float Single() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

        public string Text() => Encoding.UTF8.GetString(Take(Int32()));

        public FstArc Arc() => new(Int32(), Int32(), Single(), Int32());

        public void Align(int bytes) => Take((bytes - (_at % bytes)) % bytes);

        private ReadOnlySpan<byte> Take(int count)
        {
            ReadOnlySpan<byte> bytes = _file.Slice(_at, count);
            _at += count;
            return bytes;
        }
    }
}
