using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Paraformer.Service;
using Paraformer.Service.Limits;

namespace Paraformer.Server.Limits;

/// <summary>Counts the requests that the web server refuses for a limit before the application sees them.</summary>
internal sealed class RequestRefusals(ServiceMetrics metrics) : IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private const string Refused = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private IDisposable? _subscription;

    public void Subscribe(DiagnosticListener listener) => _subscription = listener.Subscribe(this, static name => name == Refused);

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is IFeatureCollection request
            && request.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException error
            && LimitOf(error.StatusCode) is { } limit)
        {
            metrics.Refused(limit);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => _subscription?.Dispose();

    private static string? LimitOf(int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => LimitNames.Handshake,
        StatusCodes.Status414UriTooLong => LimitNames.RequestLine,
        StatusCodes.Status431RequestHeaderFieldsTooLarge => LimitNames.RequestHeaders,
        _ => null,
    };
}
