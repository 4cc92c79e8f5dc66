namespace Paraformer.Engine.Text.InverseNormalization.OpenFst;

/// <summary>
/// Reads OpenFst's binary files of the types "vector" and "const" with standard arcs: the layout that OpenFst's VectorFst::Write
/// and ConstFst::Write produce.
/// </summary>
internal static class FstFile
{
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
        var reader = new FstReader(file);
        FstHeader header = reader.Header();
        int start = checked((int)header.Start);
        int states = checked((int)header.States);
        int arcCount = checked((int)header.Arcs);
        reader.SkipSymbols(header.HasInputSymbols);
        reader.SkipSymbols(header.HasOutputSymbols);
        if (states < 0 || arcCount < 0 || states > file.Length || start < 0 || start >= states)
        {
            throw new FormatException($"{states} states starting at {start} make no transducer");
        }

        Fst fst = header.Type switch
        {
            "vector" => ReadVector(ref reader, start, states),
            "const" => ReadConst(ref reader, start, states, arcCount, header.IsAligned),
            _ => throw new FormatException($"type '{header.Type}'; 'vector' or 'const' is needed"),
        };
        return !fst.Arcs.All(arc => arc.Next >= 0 && arc.Next < states && !float.IsNaN(arc.Weight)) ? throw new FormatException("an arc leads to no state or has no weight")
            : fst.HasSilentCycle() ? throw new FormatException("arcs without input lead round in a circle")
            : fst;
    }

    private static Fst ReadVector(ref FstReader reader, int start, int states)
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

    private static Fst ReadConst(ref FstReader reader, int start, int states, int arcCount, bool aligned)
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
}
