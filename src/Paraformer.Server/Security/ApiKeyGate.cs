using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Paraformer.Protocol;
using Paraformer.Server.Endpoints;
using Paraformer.Service;

namespace Paraformer.Server.Security;

/// <summary>
/// Lets requests with one of the keys through; all, where there are no keys. A key comes as <c>Authorization: Bearer k</c>,
/// with any case of the scheme, as <c>Authorization: k</c>, or, from browsers, as <c>?api_key=k</c>.
/// </summary>
internal sealed class ApiKeyGate
{
    private const string Scheme = "Bearer ";

    private readonly byte[][] _hashes;

    public ApiKeyGate(IReadOnlyList<string> keys)
    {
        if (keys.Any(string.IsNullOrWhiteSpace))
        {
            throw new ServerStartException("One of the API keys is empty: remove it or fill it in.");
        }

        _hashes = [.. keys.Select(key => Hash(key.Trim()))];
    }

    /// <summary>Guards a handler.</summary>
    public RequestDelegate Guard(RequestDelegate handler) => context =>
        Allows(context)
            ? handler(context)
            : HttpErrors.WriteAsync(context, StatusCodes.Status401Unauthorized, ErrorCodes.InvalidApiKey, "Invalid API-key provided.");

    private bool Allows(HttpContext context)
    {
        if (_hashes.Length == 0)
        {
            return true;
        }

        byte[] given = Hash(ReadKey(context.Request));
        int found = 0;
        for (int i = 0; i < _hashes.Length; i++)
        {
            // Every key is compared, in constant time, so that timing tells nothing.
            found |= CryptographicOperations.FixedTimeEquals(_hashes[i], given) ? i + 1 : 0;
        }

        if (found > 0)
        {
            context.Features.Set(new ServiceCaller(FormattableString.Invariant($"key-{found}")));
        }

        return found > 0;
    }

    private static string ReadKey(HttpRequest request)
    {
        StringValues authorization = request.Headers.Authorization;
        if (StringValues.IsNullOrEmpty(authorization))
        {
            return request.Query["api_key"].ToString();
        }

        string value = authorization.ToString().Trim();
        return value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim() : value;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
