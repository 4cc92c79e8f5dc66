using Paraformer.Client.Tests.Support;

namespace Paraformer.Client.Tests.Transport;

public sealed class ApiKeysTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory().FullName;
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task The_order_is_explicit_provider_variable_named_file_standard_file()
    {
        Assert.Null(await Resolve(new()));

        Directory.CreateDirectory(Path.Combine(_home, ".dashscope"));
        await File.WriteAllTextAsync(Path.Combine(_home, ".dashscope", "api_key"), "sk-standard\n", TestLimit.Token);
        Assert.Equal("sk-standard", await Resolve(new()));

        string named = Path.Combine(_home, "named");
        await File.WriteAllTextAsync(named, "  sk-named\r\n", TestLimit.Token);
        _environment["DASHSCOPE_API_KEY_FILE_PATH"] = named;
        Assert.Equal("sk-named", await Resolve(new()));

        _environment["DASHSCOPE_API_KEY"] = "sk-variable";
        Assert.Equal("sk-variable", await Resolve(new()));

        var options = new RecognitionClientOptions { ApiKeyProvider = _ => ValueTask.FromResult("st-provided") };
        Assert.Equal("st-provided", await Resolve(options));
        Assert.Equal("sk-explicit", await Resolve(options with { ApiKey = "sk-explicit" }));
    }

    [Fact]
    public async Task A_named_file_that_is_missing_is_an_error_not_a_missing_key()
    {
        _environment["DASHSCOPE_API_KEY_FILE_PATH"] = Path.Combine(_home, "absent");

        ApiKeyNotFoundException e = await Assert.ThrowsAsync<ApiKeyNotFoundException>(() => Resolve(new()));

        Assert.Contains("DASHSCOPE_API_KEY_FILE_PATH", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sk-a b")]
    [InlineData("sk-a\r\nX-Evil: 1")]
    [InlineData("sk-密")]
    public async Task A_key_that_no_header_can_carry_is_refused_without_being_shown(string key)
    {
        ApiKeyNotFoundException e = await Assert.ThrowsAsync<ApiKeyNotFoundException>(() => Resolve(new() { ApiKey = key }));

        Assert.DoesNotContain("sk-", e.ToString(), StringComparison.Ordinal);
    }

    private Task<string?> Resolve(RecognitionClientOptions options) =>
        ApiKeys.ResolveAsync(options, _environment.GetValueOrDefault, _home, TestLimit.Token).AsTask();
}
