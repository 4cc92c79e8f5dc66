using CsCheck;
using Paraformer.Engine.Lm;

namespace Paraformer.Engine.Tests.Lm;

public sealed class NgramModelTests
{
    private const string Arpa = """

        \data\
        ngram 1=4
        ngram 2=3
        ngram 3=1

        \1-grams:
        -2	<unk>	0
        -1	天	-0.5
        -1.25	气	-0.25
        -1.5	天气	0

        \2-grams:
        -0.5	天 气	-0.125
        -0.75	气 天	0
        -0.25	天 天	0

        \3-grams:
        -0.0625	天 气 天

        \end\

        """;

    [Theory]
    [InlineData("天", -1f)]
    [InlineData("天 气", -0.5f)]
    [InlineData("天 气 天", -0.0625f)] // trigram
    [InlineData("天 气 气", -0.125f - 0.25f - 1.25f)] // both back-offs
    [InlineData("气 天 气", -0.5f)] // the bigram's back-off is 0
    [InlineData("天气 天", -1f)]
    public void The_last_words_score_is_that_of_back_off(string words, float expected)
    {
        using Compiled compiled = Compile(Arpa);
        NgramState state = NgramState.Start;
        float score = 0;
        foreach (string word in words.Split(' '))
        {
            int id = Enumerable.Range(0, compiled.Model.VocabularySize).Single(i => compiled.Model.Text(i) == word);
            score = compiled.Model.Score(state, id, out state);
        }

        Assert.Equal(expected, score, 2e-4f);
    }

    [Fact]
    public void Histories_that_cannot_be_told_apart_are_one()
    {
        using Compiled compiled = Compile(Arpa);
        compiled.Model.Score(NgramState.Start, 1, out NgramState direct);
        compiled.Model.Score(new NgramState(-1, 3), 1, out NgramState behind);
        Assert.Equal(direct, behind);
    }

    [Fact]
    public void A_file_cut_off_is_an_error() =>
        Gen.Int[0, Arpa.TrimEnd().Length - 1].Sample(length => Assert.Throws<InvalidDataException>(() => ArpaReader.Read(new StringReader(Arpa[..length]))));

    [Theory]
    [InlineData("-0.5	天 气	-0.125", "x	天 气	-0.125", "line 14")]
    [InlineData("天 气 天", "天 气 雨", "line 19")]
    [InlineData("ngram 2=3", "ngram 2=4", "announces 4 2-grams and holds 3")]
    [InlineData("\\3-grams:", "\\4-grams:", "line 18")]
    public void Damage_is_named_with_its_place(string part, string replacement, string message)
    {
        var error = Assert.Throws<InvalidDataException>(() => ArpaReader.Read(new StringReader(Arpa.Replace(part, replacement, StringComparison.Ordinal))));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_compiled_file_is_an_error_or_harmless()
    {
        byte[] whole = File.ReadAllBytes(Write(Arpa));
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                byte[] damaged = [.. whole];
                damaged[at] = value;
                string path = Path.GetTempFileName();
                try
                {
                    File.WriteAllBytes(path, damaged);
                    using SectionFile file = SectionFile.Open(path);
                    var model = new NgramModel(file);
                    model.Score(new NgramState(0, 1), 2, out NgramState next);
                    model.Score(next, 1, out _);
                }
                catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException)
                {
                    Assert.NotEmpty(e.Message);
                }
                finally
                {
                    File.Delete(path);
                }
            },
            iter: 200,
            threads: 1);
    }

    private static Compiled Compile(string arpa) => new(Write(arpa));

    private static string Write(string arpa)
    {
        string path = Path.GetTempFileName();
        using FileStream stream = File.Create(path);
        SectionFile.Write(stream, NgramCompiler.Compile(ArpaReader.Read(new StringReader(arpa))));
        return path;
    }

    private sealed class Compiled(string path) : IDisposable
    {
        private readonly SectionFile _file = SectionFile.Open(path);

        public NgramModel Model => new(_file);

        public void Dispose()
        {
            _file.Dispose();
            File.Delete(path);
        }
    }
}
