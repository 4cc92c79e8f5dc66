using CsCheck;
using Paraformer.Models.Tests.Support;

namespace Paraformer.Models.Tests.Packs;

public sealed class InstalledPackTests
{
    private static InstalledPack Pack(string folder, bool canPull = true) => new(
        new PackDescriptor { Id = "one", Kind = "k", Description = "d", Licence = "MIT", CanPull = canPull }, folder);

    [Fact]
    public void A_file_of_the_pack_has_an_absolute_path()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("am/final.mdl", "x"u8);

        Assert.Equal(file, Pack(folder.Path).PathOf("am/final.mdl"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("../secret")]
    [InlineData("am/../../secret")]
    [InlineData("am//final.mdl")]
    [InlineData("C:/secret")]
    [InlineData("..\\secret")]
    [InlineData("a\0b")]
    public void A_path_that_leads_outside_is_refused(string path)
    {
        using TemporaryFolder folder = new();
        folder.Write("secret", "x"u8);
        folder.Write("pack/am/final.mdl", "x"u8);

        ModelPackException exception = Assert.Throws<ModelPackException>(() => Pack(folder.Sub("pack")).PathOf(path));

        Assert.Equal("one", exception.PackId);
        Assert.Contains("is not a file of pack 'one'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named_with_its_pack_and_the_remedy()
    {
        using TemporaryFolder folder = new();

        string message = Assert.Throws<ModelPackException>(() => Pack(folder.Path).PathOf("am/final.mdl")).Message;

        Assert.Contains("'one'", message, StringComparison.Ordinal);
        Assert.Contains("'am/final.mdl'", message, StringComparison.Ordinal);
        Assert.Contains("paraformer models verify one", message, StringComparison.Ordinal);
        Assert.Contains("paraformer models pull one", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pack_that_cannot_be_pulled_is_not_to_be_pulled()
    {
        using TemporaryFolder folder = new();

        string message = Assert.Throws<ModelPackException>(() => Pack(folder.Path, canPull: false).PathOf("x")).Message;

        Assert.DoesNotContain("pull", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_path_that_is_accepted_stays_inside_the_folder()
    {
        string folder = Path.Combine(Path.GetTempPath(), "pack");
        Gen.OneOf("..", ".", "/", "\\", "a", "b.c", ":", "~", " ", "\0", "C", "é").Array[1, 8].Select(string.Concat).Sample(path =>
        {
            if (PackPath.Problem(path) is null)
            {
                Assert.StartsWith(folder + Path.DirectorySeparatorChar, Path.GetFullPath(PackPath.Combine(folder, path)), StringComparison.Ordinal);
            }
            else
            {
                Assert.Throws<ModelPackException>(() => { Pack(folder).PathOf(path); });
            }
        }, iter: 5000);
    }
}
