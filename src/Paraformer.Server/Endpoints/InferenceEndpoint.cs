using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Paraformer.Protocol;
using Paraformer.Service;

namespace Paraformer.Server.Endpoints;

/// <summary>The WebSocket endpoint.</summary>
internal sealed class InferenceEndpoint(RecognitionService service, WebSocketConnectionOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            context.Response.Headers.Connection = "Upgrade";
            await HttpErrors.WriteAsync(
                context, StatusCodes.Status426UpgradeRequired, ErrorCodes.InvalidParameter, "This address speaks WebSocket only: connect with ws:// or wss://.");
            return;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        await using var connection = new WebSocketMessageConnection(socket, options);
        await service.RunAsync(connection, context.RequestAborted);
    }
}
