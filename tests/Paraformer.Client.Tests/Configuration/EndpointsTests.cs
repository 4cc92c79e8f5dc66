namespace Paraformer.Client.Tests.Configuration;

public sealed class EndpointsTests
{
    private readonly Dictionary<string, string> _environment = [];

    [Fact]
    public void The_socket_address_comes_from_options_region_environment_default()
    {
        Assert.Equal("wss://dashscope.aliyuncs.com/api-ws/v1/inference", Socket(new()));
        _environment["DASHSCOPE_API_VERSION"] = "v2";
        Assert.Equal("wss://dashscope.aliyuncs.com/api-ws/v2/inference", Socket(new()));
        _environment["DASHSCOPE_WEBSOCKET_BASE_URL"] = " wss://b.example/ ";
        Assert.Equal("wss://b.example/", Socket(new()));
        Assert.Equal("wss://dashscope-intl.aliyuncs.com/api-ws/v2/inference", Socket(new() { Region = DashScopeRegion.Singapore }));
        Assert.Equal("wss://a.example/x", Socket(new() { Endpoint = new Uri("wss://a.example/x"), Region = DashScopeRegion.Singapore }));
    }

    [Fact]
    public void The_http_address_comes_from_options_socket_region_environment_default()
    {
        Assert.Equal("https://dashscope.aliyuncs.com/api/v1/", Http(new()));
        _environment["DASHSCOPE_HTTP_BASE_URL"] = "http://b.example/api/v1";
        Assert.Equal("http://b.example/api/v1/", Http(new()));
        Assert.Equal("https://dashscope-intl.aliyuncs.com/api/v1/", Http(new() { Region = DashScopeRegion.Singapore }));
        Assert.Equal("http://127.0.0.1:8765/api/v1/", Http(new() { Endpoint = new Uri("ws://127.0.0.1:8765/api-ws/v1/inference?api_key=k") }));
        Assert.Equal("https://c.example/base/", Http(new() { Endpoint = new Uri("wss://a.example/x"), HttpEndpoint = new Uri("https://c.example/base/") }));
    }

    [Fact]
    public void A_workspace_has_a_host_of_its_own_in_its_region()
    {
        Assert.Equal("wss://llm-1.cn-beijing.maas.aliyuncs.com/api-ws/v1/inference", DashScopeRegion.Beijing.WebSocketEndpoint("llm-1").AbsoluteUri);
        Assert.Equal("https://llm-1.eu-central-1.maas.aliyuncs.com/api/v1", new DashScopeRegion("eu-central-1").HttpEndpoint("llm-1").AbsoluteUri);
        Assert.Throws<NotSupportedException>(() => new DashScopeRegion("eu-central-1").HttpEndpoint());
    }

    [Fact]
    public void An_address_of_the_wrong_kind_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Socket(new() { Endpoint = new Uri("https://a.example/") }));
        Assert.Throws<ArgumentException>(() => Socket(new() { Endpoint = new Uri("/relative", UriKind.Relative) }));
        Assert.Throws<ArgumentException>(() => Http(new() { HttpEndpoint = new Uri("ftp://a.example/") }));
        Assert.Throws<ArgumentException>(() => Http(new() { Endpoint = new Uri("/relative", UriKind.Relative) }));
        _environment["DASHSCOPE_HTTP_BASE_URL"] = "nonsense";
        Assert.Contains("DASHSCOPE_HTTP_BASE_URL", Assert.Throws<ArgumentException>(() => Http(new())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspection_is_asked_for_by_option_or_variable()
    {
        Assert.DoesNotContain(Headers(new()), h => h.Name == "X-DashScope-DataInspection");
        Assert.Contains(("X-DashScope-DataInspection", "enable"), Headers(new() { DataInspection = true }));
        _environment["DASHSCOPE_DISABLE_DATA_INSPECTION"] = "false";
        Assert.Contains(("X-DashScope-DataInspection", "enable"), Headers(new()));
        Assert.DoesNotContain(Headers(new() { DataInspection = false }), h => h.Name == "X-DashScope-DataInspection");
    }

    [Fact]
    public void A_saved_key_is_only_readable_by_its_owner()
    {
        string home = Directory.CreateTempSubdirectory().FullName;
        DashScope.SaveApiKey("sk-saved\n", null, home);

        string path = Path.Combine(home, ".dashscope", "api_key");
        Assert.Equal("sk-saved", File.ReadAllText(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Directory.Delete(home, recursive: true);
    }

    private string Socket(RecognitionClientOptions options) => Endpoints.WebSocket(options, _environment.GetValueOrDefault).AbsoluteUri;

    private string Http(RecognitionClientOptions options) => Endpoints.Http(options, _environment.GetValueOrDefault).AbsoluteUri;

    private List<(string Name, string Value)> Headers(RecognitionClientOptions options) =>
        [.. RequestHeaders.Build(options, "sk-test", _environment.GetValueOrDefault)];
}
