using Paraformer.Models.Tests.Support;

namespace Paraformer.Models.Tests.Store;

public sealed class ModelStoreOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ModelStoreOptions From(params (string Name, string Value)[] variables)
    {
        Dictionary<string, string> all = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        return ModelStoreOptions.FromEnvironment(name => all.GetValueOrDefault(name), _folder.Sub("app"));
    }

    [Fact]
    public void The_variable_comes_first_then_the_folders_beside_the_program_then_the_cache()
    {
        string list = string.Join(Path.PathSeparator, _folder.Sub("a"), " ", "b");

        ModelStoreOptions options = From(("PARAFORMER_MODELS", list), ("XDG_CACHE_HOME", _folder.Sub("xdg")));

        string cache = Path.Combine(_folder.Sub("xdg"), "paraformer", "models");
        Assert.Equal(
            [_folder.Sub("a"), _folder.Sub("app/b"), _folder.Sub("app/models"), _folder.Sub("shared/models"), cache],
            options.SearchPath.Select(path => path.Replace('\\', Path.DirectorySeparatorChar)));
        Assert.Equal(cache, options.InstallFolder);
        Assert.Null(options.Mirror);
    }

    [Fact]
    public void The_cache_is_in_the_home_folder_by_default()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a system whose caches are in ~/.cache.");

        string expected = Path.Combine(_folder.Sub("home"), ".cache", "paraformer", "models");
        Assert.Equal(expected, From(("HOME", _folder.Sub("home"))).InstallFolder);
        Assert.Equal(expected, From(("HOME", _folder.Sub("home")), ("XDG_CACHE_HOME", "relative")).InstallFolder);
        Assert.Equal(_folder.Sub("app/models"), From().InstallFolder);
    }

    [Fact]
    public void The_install_folder_and_the_mirror_can_be_set()
    {
        ModelStoreOptions options = From(("PARAFORMER_MODELS_INSTALL", "packs"), ("PARAFORMER_MODELS_MIRROR", "http://mirror.example/models"));

        Assert.Equal(_folder.Sub("app/packs"), options.InstallFolder);
        Assert.Equal(new Uri("http://mirror.example/models/"), options.Mirror);
    }

    [Theory]
    [InlineData("mirror")]
    [InlineData("file:///models")]
    [InlineData("https://mirror.example/?token=secret")]
    [InlineData("https://user:secret@mirror.example/")]
    public void A_mirror_that_is_no_plain_web_address_is_refused_without_repeating_it(string mirror)
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => From(("PARAFORMER_MODELS_MIRROR", mirror)));

        Assert.Contains("PARAFORMER_MODELS_MIRROR is not an absolute http or https address", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///models")]
    [InlineData("https://mirror.example/?token=secret")]
    public void A_store_refuses_such_a_mirror_too(string mirror)
    {
        ModelStoreOptions options = From() with { Mirror = new Uri(mirror) };

        Assert.Throws<ArgumentException>(() => new ModelStore(ModelCatalog.Load(null), options));
    }
}
