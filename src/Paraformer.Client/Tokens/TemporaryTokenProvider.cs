namespace Paraformer.Client;

/// <summary>
/// Keeps a temporary token fresh: it is used again until it is about to expire, and replaced before the next connection is opened.
/// Give <see cref="GetTokenAsync"/> to <see cref="RecognitionClientOptions.ApiKeyProvider"/>. Thread-safe: connections opened at
/// the same time share one token.
/// </summary>
public sealed class TemporaryTokenProvider : IDisposable
{
    private readonly Func<CancellationToken, Task<TemporaryToken>> _create;
    private readonly TimeSpan _margin;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private TemporaryToken? _current;

    /// <summary>Makes a provider.</summary>
    /// <param name="create">
    /// Makes a token: usually <see cref="TemporaryTokenService.CreateAsync"/> in a program that holds the key, or a request to a
    /// back end of yours in one that does not.
    /// </param>
    /// <param name="margin">How long before its expiry a token is replaced; null for 10 s. A token that lives no longer than that is used once.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is negative.</exception>
    public TemporaryTokenProvider(Func<CancellationToken, Task<TemporaryToken>> create, TimeSpan? margin = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        _create = create;
        _margin = margin ?? TimeSpan.FromSeconds(10);
        ArgumentOutOfRangeException.ThrowIfLessThan(_margin, TimeSpan.Zero, nameof(margin));
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <summary>A token that does not expire within the margin.</summary>
    /// <exception cref="DashScopeRequestException">No token could be made.</exception>
    public async ValueTask<string> GetTokenAsync(CancellationToken cancellationToken = default)
    {
        if (FreshToken(Volatile.Read(ref _current)) is { } token)
        {
            return token;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (FreshToken(_current) is { } renewed)
            {
                return renewed;
            }

            TemporaryToken made = await _create(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _current, made);
            return made.Token;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Frees what the provider waits with.</summary>
    public void Dispose() => _gate.Dispose();

    private string? FreshToken(TemporaryToken? token) => token is not null && token.ExpiresAt - _time.GetUtcNow() > _margin ? token.Token : null;
}
