using System.Globalization;
using System.Text.Json;

namespace Paraformer.Client;

/// <summary>Makes temporary tokens, for programs that must not hold the API key. Thread-safe.</summary>
public sealed class TemporaryTokenService : IDisposable
{
    private readonly ApiClient _api;

    /// <summary>Makes a client.</summary>
    /// <param name="options">How to reach the service; null for the service that the environment names. The key must be a permanent one.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TemporaryTokenService(RecognitionClientOptions? options = null)
        : this(options ?? new RecognitionClientOptions(), ClientEnvironment.Process)
    {
    }

    internal TemporaryTokenService(RecognitionClientOptions options, ClientEnvironment environment) => _api = new ApiClient(options, environment);

    /// <summary>Makes a token.</summary>
    /// <param name="lifetime">How long it lives, 1 s to 30 min; null for the service's default of 60 s. Parts of a second are dropped.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lifetime is under a second.</exception>
    /// <exception cref="DashScopeRequestException">The service refused, or did not answer.</exception>
    /// <exception cref="ApiKeyNotFoundException">The service needs a key and there is none.</exception>
    public async Task<TemporaryToken> CreateAsync(TimeSpan? lifetime = null, CancellationToken cancellationToken = default)
    {
        string path = "tokens";
        if (lifetime is { } wanted)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(wanted, TimeSpan.FromSeconds(1), nameof(lifetime));
            path = string.Create(CultureInfo.InvariantCulture, $"tokens?expire_in_seconds={(long)wanted.TotalSeconds}");
        }

        ApiAnswer answer = await _api.SendAsync(HttpMethod.Post, path, null, repeatable: true, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess)
        {
            throw new DashScopeRequestException(answer.Message, answer.Code, answer.StatusCode, answer.RequestId);
        }

        return ApiAnswer.Text(answer.Body, "token") is { Length: > 0 } token
            && answer.Body.TryGetProperty("expires_at", out JsonElement expires)
            && expires.ValueKind == JsonValueKind.Number
            && expires.TryGetInt64(out long seconds)
            && seconds is > 0 and < 253_402_300_800
                ? new TemporaryToken(token, DateTimeOffset.FromUnixTimeSeconds(seconds))
                : throw new DashScopeRequestException(
                    "The service's answer holds no token with an expiry.", ClientErrorCodes.MessageFormat, answer.StatusCode, answer.RequestId);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _api.Dispose();
}
