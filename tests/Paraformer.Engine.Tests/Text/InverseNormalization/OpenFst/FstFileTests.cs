using System.Text;
using CsCheck;
using Paraformer.Engine.Text.InverseNormalization.OpenFst;

namespace Paraformer.Engine.Tests.Text.InverseNormalization.OpenFst;

/// <summary>A transducer of three states: reads "ab" for 1, writes "x" before the end without input; "a" alone costs 2.</summary>
public sealed class FstFileTests
{
    private static readonly (int In, int Out, float Weight, int Next)[][] s_arcs =
        [[('a', 'A', 0.5f, 1), ('a', 'Z', 0.25f, 1)], [('b', 0, 0.25f, 2)], [(0, 'x', 0f, 3)], []];

    private static readonly float[] s_finals = [float.PositiveInfinity, 2f, float.PositiveInfinity, 0f];

    [Theory]
    [InlineData("vector", false)]
    [InlineData("const", false)]
    [InlineData("const", true)]
    public void Both_types_of_file_give_the_cheapest_reading(string type, bool aligned)
    {
        Fst fst = FstFile.Read("test.fst", Write(type, "standard", aligned));
        Assert.Equal("Zx"u8.ToArray(), fst.Apply("ab"u8));
        Assert.Equal("Z"u8.ToArray(), fst.Apply("a"u8));
        Assert.Null(fst.Apply("b"u8));
        Assert.Null(fst.Apply("abb"u8));
    }

    [Fact]
    public void Other_files_are_refused_by_name()
    {
        Assert.Contains("test.fst: not an OpenFst file", Error([1, 2, 3, 4, 5, 6]), StringComparison.Ordinal);
        Assert.Contains("arcs of type 'log'", Error(Write("vector", "log", false)), StringComparison.Ordinal);
        Assert.Contains("type 'ngram'", Error(Write("ngram", "standard", false)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[] whole = Write("vector", "standard", false);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.StartsWith("test.fst: ", Error(whole[..length]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Damaged_bytes_are_read_or_refused_and_never_crash()
    {
        byte[] whole = Write("const", "standard", true);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 4].Sample(
            changes =>
            {
                byte[] damaged = [.. whole];
                foreach ((int at, byte value) in changes)
                {
                    damaged[at] = value;
                }

                try
                {
                    FstFile.Read("test.fst", damaged);
                }
                catch (InvalidDataException error)
                {
                    Assert.StartsWith("test.fst: ", error.Message, StringComparison.Ordinal);
                }
            },
            iter: 2000);
    }

    private static string Error(byte[] file) => Assert.Throws<InvalidDataException>(() => FstFile.Read("test.fst", file)).Message;

    private static byte[] Write(string type, string arcType, bool aligned)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(0x7EB2FDD6);
        WriteText(writer, type);
        WriteText(writer, arcType);
        writer.Write(2);
        writer.Write(aligned ? 4 : 0);
        writer.Write(0UL);
        writer.Write(0L);
        writer.Write((long)s_arcs.Length);
        writer.Write((long)s_arcs.Sum(arcs => arcs.Length));
        if (type == "const")
        {
            Pad(writer, aligned);
            int first = 0;
            for (int s = 0; s < s_arcs.Length; s++)
            {
                writer.Write(s_finals[s]);
                writer.Write(first);
                writer.Write(s_arcs[s].Length);
                writer.Write(0L);
                first += s_arcs[s].Length;
            }

            Pad(writer, aligned);
            WriteArcs(writer, s_arcs.SelectMany(arcs => arcs));
        }
        else
        {
            for (int s = 0; s < s_arcs.Length; s++)
            {
                writer.Write(s_finals[s]);
                writer.Write((long)s_arcs[s].Length);
                WriteArcs(writer, s_arcs[s]);
            }
        }

        return stream.ToArray();
    }

    private static void WriteArcs(BinaryWriter writer, IEnumerable<(int In, int Out, float Weight, int Next)> arcs)
    {
        foreach ((int input, int output, float weight, int next) in arcs)
        {
            writer.Write(input);
            writer.Write(output);
            writer.Write(weight);
            writer.Write(next);
        }
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        writer.Write(text.Length);
        writer.Write(Encoding.ASCII.GetBytes(text));
    }

    private static void Pad(BinaryWriter writer, bool aligned)
    {
        while (aligned && writer.BaseStream.Position % 16 != 0)
        {
            writer.Write((byte)0);
        }
    }
}
