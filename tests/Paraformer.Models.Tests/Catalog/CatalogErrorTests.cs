using System.Text;
using CsCheck;
using Paraformer.Models.Tests.Support;

namespace Paraformer.Models.Tests.Catalog;

public sealed class CatalogErrorTests
{
    private const string Hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private const string Valid = $$"""
        {
          "schema": 1,
          "starter": ["one"],
          "models": [{ "model": "m", "sampleRates": [8000], "languages": [{ "language": "en", "packs": ["one"] }] }],
          "packs": [
            { "id": "one", "kind": "k", "description": "d", "licence": "MIT", "requires": ["two"],
              "files": [{ "path": "a/b.bin", "size": 3, "sha256": "{{Hash}}" }],
              "sources": [{ "npm": "x@1.0.0", "files": { "a/b.bin": "c" } }] },
            { "id": "two", "kind": "k", "description": "d", "licence": "MIT",
              "files": [{ "path": "t", "text": "abc" }],
              "sources": [{ "archive": "https://host.example/a.zip", "format": "zip", "size": 9, "sha256": "{{Hash}}" }] }
          ]
        }
        """;

    private static ModelCatalog Parse(string text) => ModelCatalog.Parse(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void A_valid_catalogue_is_read_with_or_without_a_byte_order_mark()
    {
        ModelCatalog plain = Parse(Valid);
        ModelCatalog marked = Parse("\uFEFF" + Valid);

        Assert.Equal(["one", "two"], plain.Packs.Select(pack => pack.Id));
        Assert.Equal(["one", "two"], marked.Packs.Select(pack => pack.Id));
        Assert.Equal(new PackFile("t", 3, Hash), plain.FindPack("two")!.Files.Single());
        Assert.Null(plain.FindPack("three"));
    }

    [Theory]
    [InlineData("\"schema\": 1", "\"schema\": 2", "schema is 2; this version reads schema 1")]
    [InlineData("\"schema\": 1,", "", "schema is missing")]
    [InlineData("\"starter\": [\"one\"]", "\"starter\": [\"none\"]", "starter[0] names the pack 'none'")]
    [InlineData("\"starter\": [\"one\"]", "\"starter\": [\"one\", \"one\"]", "starter[1] repeats 'one'")]
    [InlineData("\"starter\": [\"one\"]", "\"starter\": [null]", "starter[0] is missing or empty")]
    [InlineData("\"starter\": [\"one\"]", "\"starters\": []", "starters")]
    [InlineData("[8000]", "[8]", "models[0].sampleRates[0] is 8")]
    [InlineData("[8000]", "[8000.5]", "$.models[0].sampleRates[0]")]
    [InlineData("\"packs\": [\"one\"] }", "\"packs\": [\"nine\"] }", "models[0].languages[0].packs[0] names the pack 'nine'")]
    [InlineData("\"model\": \"m\", ", "", "models[0].model is missing")]
    [InlineData("\"id\": \"two\"", "\"id\": \"one\"", "packs[1].id repeats 'one'")]
    [InlineData("\"id\": \"two\"", "\"id\": \"../two\"", "packs[1].id is '../two'")]
    [InlineData("\"id\": \"two\"", "\"id\": \"two.\"", "packs[1].id is 'two.'")]
    [InlineData("\"requires\": [\"two\"]", "\"requires\": [\"six\"]", "packs[0] ('one').requires[0] names the pack 'six'")]
    [InlineData("\"requires\": [\"two\"]", "\"requires\": [\"one\"]", "requires itself: one → one")]
    [InlineData("\"kind\": \"k\", \"description\": \"d\", \"licence\": \"MIT\", \"requires\"", "\"kind\": \" \", \"description\": \"d\", \"licence\": \"MIT\", \"requires\"", "packs[0] ('one').kind is missing")]
    [InlineData("\"path\": \"a/b.bin\"", "\"path\": \"a/../b.bin\"", "files[0].path is 'a/../b.bin'")]
    [InlineData("\"path\": \"a/b.bin\"", "\"path\": \"/etc/b.bin\"", "files[0].path is '/etc/b.bin'")]
    [InlineData("\"size\": 3", "\"size\": -3", "files[0].size is -3")]
    [InlineData("\"size\": 3, ", "", "files[0].size is missing")]
    [InlineData("ba78", "BA78", "64 lower-case hexadecimal digits")]
    [InlineData("\"text\": \"abc\"", "\"text\": \"abc\", \"size\": 3", "packs[1] ('two').files[0] has 'text' and also 'size'")]
    [InlineData("[{ \"path\": \"t\", \"text\": \"abc\" }]", "[]", "packs[1] ('two').files is missing or empty")]
    [InlineData("[{ \"path\": \"t\", \"text\": \"abc\" }]", "[{ \"path\": \"t\", \"text\": \"a\" }, { \"path\": \"T\", \"text\": \"b\" }]", "files[1].path repeats 'T'")]
    [InlineData("[{ \"path\": \"t\", \"text\": \"abc\" }]", "[{ \"path\": \"t\", \"text\": \"a\" }, { \"path\": \"t/u\", \"text\": \"b\" }]", "has 't' as a file and as a folder")]
    [InlineData("\"path\": \"t\"", "\"path\": \"t\", \"rid\": \"Linux 64\"", "files[0].rid is 'Linux 64'")]
    [InlineData("x@1.0.0", "x@latest", "sources[0].npm is 'x@latest'")]
    [InlineData("x@1.0.0", "--registry@1.0.0", "sources[0].npm is")]
    [InlineData("x@1.0.0", "x@1.0.0 & calc", "sources[0].npm is")]
    [InlineData("\"npm\": \"x@1.0.0\"", "\"npm\": \"x@1.0.0\", \"url\": \"https://host.example\"", "not exactly one of 'npm', 'url' and 'archive'")]
    [InlineData("\"npm\": \"x@1.0.0\"", "\"url\": \"https://host.example/a?token=secret\"", "sources[0].url is not an absolute http or https address")]
    [InlineData("{ \"a/b.bin\": \"c\" }", "{ \"z.bin\": \"c\" }", "maps 'z.bin', which is not a file of the pack")]
    [InlineData("\"format\": \"zip\"", "\"format\": \"rar\"", "sources[0].format is 'rar'")]
    [InlineData("https://host.example/a.zip", "ftp://host.example/a.zip", "not an absolute http or https address")]
    [InlineData("https://host.example/a.zip", "https://user:secret@host.example/a.zip", "without user name and password")]
    [InlineData("https://host.example/a.zip", "https://host.example/", "does not end in a file name")]
    public void A_broken_rule_is_an_error_that_names_its_place(string part, string replacement, string expected)
    {
        Assert.Contains(part, Valid, StringComparison.Ordinal);

        ModelCatalogException exception = Assert.Throws<ModelCatalogException>(() => Parse(Valid.Replace(part, replacement, StringComparison.Ordinal)));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{ \"schema\": 1, \"packs\": [null] }")]
    [InlineData("{ \"schema\": 1, \"schema\": 1 }")]
    public void What_is_no_catalogue_is_an_error(string text) => Assert.Throws<ModelCatalogException>(() => Parse(text));

    [Fact]
    public void Damaged_catalogues_are_read_or_refused_and_nothing_else()
    {
        byte[] valid = Encoding.UTF8.GetBytes(Valid);
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            byte[] text = [.. valid];
            foreach ((int index, byte value) in changes)
            {
                text[index] = value;
            }

            try
            {
                Assert.InRange(ModelCatalog.Parse(text).Packs.Count, 0, 2);
            }
            catch (ModelCatalogException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        }, iter: 3000);
    }

    [Fact]
    public void Catalogues_with_parts_cut_out_or_doubled_are_read_or_refused_and_nothing_else()
    {
        byte[] valid = Encoding.UTF8.GetBytes(Valid);
        Gen.Select(Gen.Int[0, valid.Length], Gen.Int[0, valid.Length]).Sample((from, to) =>
        {
            try
            {
                Assert.InRange(ModelCatalog.Parse([.. valid[..from], .. valid[to..]]).Packs.Count, 0, 4);
            }
            catch (ModelCatalogException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        }, iter: 3000);
    }

    [Fact]
    public void A_catalogue_file_takes_the_place_of_the_built_in_one()
    {
        using TemporaryFolder folder = new();

        Assert.Equal(["one", "two"], ModelCatalog.Load(folder.Write("c.json", Encoding.UTF8.GetBytes(Valid))).Packs.Select(pack => pack.Id));
    }

    [Fact]
    public void A_catalogue_file_that_cannot_be_used_is_named()
    {
        using TemporaryFolder folder = new();
        string broken = folder.Write("broken.json", "{"u8);
        string missing = folder.Sub("missing.json");

        Assert.Contains(broken, Assert.Throws<ModelCatalogException>(() => ModelCatalog.Load(broken)).Message, StringComparison.Ordinal);
        Assert.Contains(missing, Assert.Throws<ModelCatalogException>(() => ModelCatalog.Load(missing)).Message, StringComparison.Ordinal);
        Assert.Contains("PARAFORMER_CATALOG", Assert.Throws<ModelCatalogException>(() => ModelCatalog.Load(folder.Path)).Message, StringComparison.Ordinal);
    }
}
