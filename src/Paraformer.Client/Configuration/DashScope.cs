namespace Paraformer.Client;

/// <summary>
/// Defaults of this process, as the module variables of the Python SDK. What a client's own <see cref="RecognitionClientOptions"/>
/// say wins over them, and they win over the environment. Thread-safe; read whenever a connection is opened.
/// </summary>
public static class DashScope
{
    private static volatile string? s_apiKey;
    private static volatile string? s_apiKeyFilePath;
    private static volatile Uri? s_baseHttpApiUrl;
    private static volatile Uri? s_baseWebSocketApiUrl;

    /// <summary>The API key or a temporary token; null means the environment variable <c>DASHSCOPE_API_KEY</c>.</summary>
    public static string? ApiKey
    {
        get => s_apiKey;
        set => s_apiKey = value;
    }

    /// <summary>A file that holds the key; null means the environment variable <c>DASHSCOPE_API_KEY_FILE_PATH</c>.</summary>
    public static string? ApiKeyFilePath
    {
        get => s_apiKeyFilePath;
        set => s_apiKeyFilePath = value;
    }

    /// <summary>Base of the HTTP APIs, such as <c>https://dashscope.aliyuncs.com/api/v1</c>; null means <c>DASHSCOPE_HTTP_BASE_URL</c>.</summary>
    public static Uri? BaseHttpApiUrl
    {
        get => s_baseHttpApiUrl;
        set => s_baseHttpApiUrl = value;
    }

    /// <summary>The WebSocket address, such as <c>wss://dashscope.aliyuncs.com/api-ws/v1/inference</c>; null means <c>DASHSCOPE_WEBSOCKET_BASE_URL</c>.</summary>
    public static Uri? BaseWebSocketApiUrl
    {
        get => s_baseWebSocketApiUrl;
        set => s_baseWebSocketApiUrl = value;
    }

    /// <summary>Writes a key to a file that only this user can read.</summary>
    /// <param name="apiKey">The key.</param>
    /// <param name="path">The file; null means <c>~/.dashscope/api_key</c>, where every client looks last.</param>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveApiKey(string apiKey, string? path = null) =>
        SaveApiKey(apiKey, path, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    internal static void SaveApiKey(string apiKey, string? path, string home)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(apiKey);
        path ??= Path.Combine(home, ".dashscope", "api_key");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(apiKey.Trim());
    }
}
