using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Paraformer.Server.Endpoints;
using Paraformer.Server.State;
using Paraformer.Service;
using Paraformer.Service.Callers;

namespace Paraformer.Server.Security;

/// <summary>
/// Knows on whose account a request runs: the server's own keys, the stored keys, the temporary tokens. What it has read of a key
/// counts for a second, so that a key that any process makes or revokes is known to all within that time. Thread-safe.
/// </summary>
internal sealed class CallerRegistry : ICallerRegistry
{
    private const int MaxCached = 10_000;
    private const string StaticId = "key-";

    private static readonly TimeSpan s_cacheTime = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, CachedKey> _cache = new(StringComparer.Ordinal);
    private readonly byte[][] _staticHashes;
    private readonly ServerState _state;
    private readonly TimeProvider _time;
    private readonly bool _mayBeOpen;
    private bool _hasKeys;
    private long _keysCountedAt;

    /// <param name="state">Where keys and tokens are kept.</param>
    /// <param name="staticKeys">Keys that come with the server's options.</param>
    /// <param name="mayBeOpen">Whether everybody is let in as long as there is no key at all.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ServerStartException">One of the keys is empty.</exception>
    public CallerRegistry(ServerState state, IReadOnlyList<string> staticKeys, bool mayBeOpen, TimeProvider time)
    {
        if (staticKeys.Any(string.IsNullOrWhiteSpace))
        {
            throw new ServerStartException("One of the API keys is empty: remove it or fill it in.");
        }

        _staticHashes = [.. staticKeys.Select(key => Hash(key.Trim()))];
        _mayBeOpen = mayBeOpen && _staticHashes.Length == 0;
        _state = state;
        _time = time;
        _keysCountedAt = time.GetTimestamp() - (2 * (long)(s_cacheTime.TotalSeconds * time.TimestampFrequency));
    }

    /// <summary>Whether everybody is let in, as of the last look.</summary>
    public bool IsOpen => _mayBeOpen && !Volatile.Read(ref _hasKeys);

    /// <summary>Looks, at most once a second, whether everybody is let in. A key that was made closes the server for good, be it revoked since.</summary>
    public async ValueTask<bool> CheckOpenAsync(CancellationToken cancellationToken)
    {
        if (!IsOpen || _time.GetElapsedTime(Volatile.Read(ref _keysCountedAt)) < s_cacheTime)
        {
            return IsOpen;
        }

        Volatile.Write(ref _hasKeys, await _state.Keys.AnyAsync(cancellationToken));
        Volatile.Write(ref _keysCountedAt, _time.GetTimestamp());
        return IsOpen;
    }

    /// <summary>Whether anybody could be let in on an address that is never open.</summary>
    public async ValueTask<bool> HasKeysAsync(CancellationToken cancellationToken) =>
        _staticHashes.Length > 0 || (await _state.Keys.ListAsync(cancellationToken)).Any(key => key.RevokedAt is null);

    /// <summary>The caller who has this key or token; a token for a single use is used up.</summary>
    /// <param name="secret">The key or token; empty where none was given.</param>
    /// <param name="workspace">The workspace that was asked for; empty for the default one.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <exception cref="ApiException">It is not good, or not in this workspace.</exception>
    public async ValueTask<ServiceCaller> ResolveAsync(string secret, string workspace, CancellationToken cancellationToken)
    {
        if (workspace.Length > 0 && !KeyStore.IsName(workspace))
        {
            throw ApiException.UnknownWorkspace;
        }

        if (await CheckOpenAsync(cancellationToken))
        {
            return workspace.Length == 0 ? ServiceCaller.Anonymous : ServiceCaller.Anonymous with { Workspace = workspace };
        }

        if (FindStatic(secret) is { } id)
        {
            return new ServiceCaller(id) { Workspace = workspace };
        }

        if (Secret.TryReadId(secret, Secret.KeyPrefix, out string? keyId))
        {
            return await FindKeyAsync(keyId, cancellationToken) is { Info.RevokedAt: null } key && Secret.Matches(secret, key.Hash)
                ? new ServiceCaller(keyId) { Account = key.Info.Account, Workspace = Choose(workspace, key.Info.Workspaces) }
                : throw ApiException.InvalidKey;
        }

        return Secret.TryReadId(secret, Secret.TokenPrefix, out string? tokenId)
            ? await ResolveTokenAsync(secret, tokenId, workspace, cancellationToken)
            : throw ApiException.InvalidKey;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> IsActiveAsync(ServiceCaller caller, CancellationToken cancellationToken) =>
        caller.KeyId == ServiceCaller.Anonymous.KeyId ? await CheckOpenAsync(cancellationToken)
        : caller.KeyId.StartsWith(StaticId, StringComparison.Ordinal) || await FindKeyAsync(caller.KeyId, cancellationToken) is { Info.RevokedAt: null };

    /// <summary>The stored key of an id; null where there is none.</summary>
    public async ValueTask<ApiKeyInfo?> FindInfoAsync(string id, CancellationToken cancellationToken) => (await FindKeyAsync(id, cancellationToken))?.Info;

    private async ValueTask<ServiceCaller> ResolveTokenAsync(string secret, string id, string workspace, CancellationToken cancellationToken)
    {
        if (await _state.Tokens.FindAsync(id, cancellationToken) is not { IsRevoked: false } token || !Secret.Matches(secret, token.Hash) || token.ExpiresAt <= _time.GetUtcNow())
        {
            throw ApiException.InvalidKey;
        }

        var caller = new ServiceCaller(token.KeyId)
        {
            Account = token.Account,
            Workspace = Choose(workspace, token.Workspaces),
            Models = token.Models,
            IsTemporary = true,
        };
        return await IsActiveAsync(caller, cancellationToken) && (!token.IsSingleUse || await _state.Tokens.TryUseAsync(id, cancellationToken))
            ? caller
            : throw ApiException.InvalidKey;
    }

    private async ValueTask<CachedKey?> FindKeyAsync(string id, CancellationToken cancellationToken)
    {
        if (_cache.TryGetValue(id, out CachedKey? cached) && _time.GetElapsedTime(cached.ReadAt) < s_cacheTime)
        {
            return cached;
        }

        long readAt = _time.GetTimestamp();
        if (await _state.Keys.FindAsync(id, cancellationToken) is not { } found)
        {
            return null;
        }

        if (_cache.Count >= MaxCached)
        {
            _cache.Clear();
        }

        return _cache[id] = new CachedKey(found.Info, found.Hash, readAt);
    }

    private string? FindStatic(string secret)
    {
        byte[] given = Hash(secret);
        int found = 0;
        for (int i = 0; i < _staticHashes.Length; i++)
        {
            // Every key is compared, in constant time, so that timing tells nothing.
            found |= CryptographicOperations.FixedTimeEquals(_staticHashes[i], given) ? i + 1 : 0;
        }

        return found > 0 ? FormattableString.Invariant($"{StaticId}{found}") : null;
    }

    private static string Choose(string asked, IReadOnlyList<string> allowed) => allowed.Count == 0 ? asked
        : asked.Length == 0 ? allowed[0]
        : allowed.Contains(asked) ? asked
        : throw ApiException.NotAuthorized;

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private sealed record CachedKey(ApiKeyInfo Info, string Hash, long ReadAt);
}
