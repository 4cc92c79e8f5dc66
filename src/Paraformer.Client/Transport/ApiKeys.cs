namespace Paraformer.Client;

/// <summary>Finds the API key, in the order of the service's own SDKs.</summary>
internal static class ApiKeys
{
    private const string KeyVariable = "DASHSCOPE_API_KEY";
    private const string FileVariable = "DASHSCOPE_API_KEY_FILE_PATH";

    /// <summary>The key; null where there is none.</summary>
    /// <exception cref="ApiKeyNotFoundException">A key file cannot be read, or the key has characters that a header cannot carry.</exception>
    public static async ValueTask<string?> ResolveAsync(
        RecognitionClientOptions options, Func<string, string?> environment, string home, CancellationToken cancellationToken)
    {
        string? key = options.ApiKey;
        if (string.IsNullOrEmpty(key) && options.ApiKeyProvider is { } provider)
        {
            key = await provider(cancellationToken).ConfigureAwait(false);
        }

        if (string.IsNullOrEmpty(key))
        {
            key = DashScope.ApiKey is { Length: > 0 } shared ? shared : environment(KeyVariable);
        }

        if (string.IsNullOrEmpty(key) && DashScope.ApiKeyFilePath is { Length: > 0 } sharedFile)
        {
            key = await ReadAsync(sharedFile, "the file that DashScope.ApiKeyFilePath names", cancellationToken).ConfigureAwait(false);
        }

        if (string.IsNullOrEmpty(key) && environment(FileVariable) is { Length: > 0 } file)
        {
            key = await ReadAsync(file, $"the file that {FileVariable} names", cancellationToken).ConfigureAwait(false);
        }

        string standard = Path.Combine(home, ".dashscope", "api_key");
        if (string.IsNullOrEmpty(key) && File.Exists(standard))
        {
            key = await ReadAsync(standard, "~/.dashscope/api_key", cancellationToken).ConfigureAwait(false);
        }

        key = key?.Trim();
        if (key is not null && key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ApiKeyNotFoundException("The API key contains characters that no key has, such as spaces or line breaks.");
        }

        return string.IsNullOrEmpty(key) ? null : key;
    }

    /// <summary>The error where there is no key and one is needed.</summary>
    public static ApiKeyNotFoundException NotFound() =>
        new("There is no API key. Set RecognitionClientOptions.ApiKey, or DASHSCOPE_API_KEY, or DASHSCOPE_API_KEY_FILE_PATH, or write it to ~/.dashscope/api_key.");

    private static async Task<string> ReadAsync(string path, string what, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ApiKeyNotFoundException($"The API key cannot be read from {what}.", e);
        }
    }
}
