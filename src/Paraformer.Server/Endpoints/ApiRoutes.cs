using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Paraformer.Protocol;
using Paraformer.Server.Security;
using Paraformer.Server.State;
using Paraformer.Service;
using Paraformer.Service.Limits;

namespace Paraformer.Server.Endpoints;

/// <summary>The HTTP interfaces beside the WebSocket endpoint: their paths, their methods, and what they have in common.</summary>
internal sealed class ApiRoutes(ApiKeyGate gate, ServerState state, ServerOptions options)
{
    private const int MaxBuckets = 10_000;

    private readonly ConcurrentDictionary<string, TokenBucket> _buckets = new(StringComparer.Ordinal);

    public void Map(WebApplication app)
    {
        var customization = new CustomizationEndpoint(state.Vocabularies, options.MaxVocabulariesPerAccount);
        var phrases = new PhraseEndpoint(state.Phrases, options.MaxPhraseListsPerAccount);
        var tokens = new TokenEndpoint(state.Tokens, options.Time);
        Map(app, "/api/v1/services/audio/asr/customization", ("POST", customization.HandleAsync));
        Map(app, "/api/v1/fine-tunes", ("POST", phrases.CreateAsync));
        Map(app, "/api/v1/fine-tunes/outputs", ("GET", phrases.ListAsync));
        Map(app, "/api/v1/fine-tunes/outputs/{id}", ("GET", phrases.QueryAsync), ("DELETE", phrases.DeleteAsync));
        Map(app, "/api/v1/tokens", ("POST", tokens.CreateAsync));
        Map(app, "/api/v1/tokens/{id}", ("DELETE", tokens.RevokeAsync));
        app.MapGet("/openapi/v1.json", OpenApiDocument.WriteAsync);
    }

    /// <summary>A moment as the protocol writes it, in UTC.</summary>
    public static string Text(DateTimeOffset moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string NewRequestId() => Guid.NewGuid().ToString();

    /// <summary>A whole number of the query; null where it is absent.</summary>
    public static int? QueryInteger(HttpRequest request, string name)
    {
        StringValues value = request.Query[name];
        return value.Count == 0 ? null
            : int.TryParse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
            : throw ApiException.Invalid($"'{name}' in the query is no integer.");
    }

    private void Map(WebApplication app, string path, params (string Method, Func<HttpContext, ServiceCaller, Task> Handler)[] methods)
    {
        string allowed = string.Join(", ", methods.Select(entry => entry.Method));
        app.Map(path, gate.Guard(context =>
        {
            ServiceCaller caller = context.Features.GetRequiredFeature<ServiceCaller>();
            CountRequest(caller);

            foreach ((string method, Func<HttpContext, ServiceCaller, Task> handler) in methods)
            {
                if (method == context.Request.Method)
                {
                    return caller.Models.Count == 0
                        ? handler(context, caller)
                        : throw ApiException.Denied("This temporary token is for recognition with some models only.");
                }
            }

            context.Response.Headers.Allow = allowed;
            throw new ApiException(StatusCodes.Status405MethodNotAllowed, ErrorCodes.InvalidParameter, $"This address takes {allowed} only.");
        }));
    }

    private void CountRequest(ServiceCaller caller)
    {
        if (_buckets.Count > MaxBuckets)
        {
            _buckets.Clear();
        }

        TokenBucket bucket = _buckets.GetOrAdd(caller.KeyId, _ => new TokenBucket(options.MaxApiRequestsPerSecond, options.MaxApiRequestsPerSecond, options.Time));
        lock (bucket)
        {
            if (!bucket.TryTake(1))
            {
                throw ApiException.RateExceeded;
            }
        }
    }
}
