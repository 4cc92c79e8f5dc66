using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Paraformer.Protocol;
using Paraformer.Server.State;
using Paraformer.Service;

namespace Paraformer.Server.Endpoints;

/// <summary>Temporary tokens.</summary>
internal sealed class TokenEndpoint(TokenStore store, TimeProvider time)
{
    private const int DefaultSeconds = 60;
    private const int MaxSeconds = 1800;

    /// <summary>Makes a token with the rights of the key that asks.</summary>
    public async Task CreateAsync(HttpContext context, ServiceCaller caller)
    {
        RequirePermanent(caller);
        int seconds = ApiRoutes.QueryInteger(context.Request, "expire_in_seconds") ?? DefaultSeconds;
        if (seconds is < 1 or > MaxSeconds)
        {
            throw ApiException.Invalid($"'expire_in_seconds' is {seconds}; it must lie between 1 and {MaxSeconds}.");
        }

        string[] models = ReadModels(context.Request);
        bool isSingleUse = ReadFlag(context.Request, "single_use");
        (string token, string id) = Secret.Create(Secret.TokenPrefix);
        long expiresAt = time.GetUtcNow().ToUnixTimeSeconds() + seconds;
        await store.AddAsync(
            new TokenInfo(
                id, Secret.Hash(token), caller.KeyId, caller.Account, caller.Workspace.Length == 0 ? [] : [caller.Workspace], models, isSingleUse,
                DateTimeOffset.FromUnixTimeSeconds(expiresAt), IsUsed: false, IsRevoked: false),
            context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(new NewToken(token, expiresAt), ServerJson.Default.NewToken, cancellationToken: context.RequestAborted);
    }

    /// <summary>Revokes a token by its id, which is no secret: the twelve digits after <c>st-</c>.</summary>
    public async Task RevokeAsync(HttpContext context, ServiceCaller caller)
    {
        RequirePermanent(caller);
        if (!await store.RevokeAsync((string)context.Request.RouteValues["id"]!, caller.Account, context.RequestAborted))
        {
            throw ApiException.UnknownResource;
        }

        await context.Response.WriteAsJsonAsync(
            new ApiAnswer<NoOutput>(new NoOutput(), ApiRoutes.NewRequestId()), ServerJson.Default.NoOutputAnswer, cancellationToken: context.RequestAborted);
    }

    private static void RequirePermanent(ServiceCaller caller)
    {
        if (caller.IsTemporary)
        {
            throw ApiException.Denied("A temporary token makes and revokes no tokens: use a permanent key.");
        }
    }

    private static string[] ReadModels(HttpRequest request)
    {
        string[] models = [.. request.Query["model"]
            .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Distinct(StringComparer.Ordinal)];
        return models.All(model => ParaformerModel.All.Any(known => known.Value == model)) ? models : throw ApiException.UnknownModel;
    }

    private static bool ReadFlag(HttpRequest request, string name)
    {
        StringValues value = request.Query[name];
        return value.Count != 0
            && (bool.TryParse(value.ToString(), out bool flag) ? flag : throw ApiException.Invalid($"'{name}' in the query must be true or false."));
    }
}
