using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Paraformer.Protocol;
using Paraformer.Server.Endpoints;

namespace Paraformer.Server.WebSockets;

/// <summary>The opening handshake of RFC 6455, section 4.2: no extension and no subprotocol is ever agreed on.</summary>
internal static class Handshake
{
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const string Version = "13";
    private const int KeyBytes = 16;

    /// <summary>Switches to WebSocket. Null where the request does not ask for it soundly; it has then been answered.</summary>
    public static async Task<Stream?> AcceptAsync(HttpContext context)
    {
        IHeaderDictionary request = context.Request.Headers, answer = context.Response.Headers;
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade || !HasToken(request.Upgrade.ToString(), "websocket"))
        {
            answer.Upgrade = "websocket";
            answer.Connection = "Upgrade";
            await RefuseAsync(context, StatusCodes.Status426UpgradeRequired, "This address speaks WebSocket only: connect with ws:// or wss://.");
            return null;
        }

        if (request.SecWebSocketVersion.ToString() != Version)
        {
            answer.SecWebSocketVersion = Version;
            await RefuseAsync(context, StatusCodes.Status426UpgradeRequired, "The header Sec-WebSocket-Version must be 13.");
            return null;
        }

        string key = request.SecWebSocketKey.ToString();
        if (!HttpMethods.IsGet(context.Request.Method) || !IsKey(key))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "A WebSocket handshake is a GET whose header Sec-WebSocket-Key holds 16 bytes in Base64.");
            return null;
        }

        answer.Upgrade = "websocket";
        answer.Connection = "Upgrade";
        answer.SecWebSocketAccept = Answer(key);
        return await upgrade.UpgradeAsync();
    }

    private static Task RefuseAsync(HttpContext context, int status, string message) =>
        HttpErrors.WriteAsync(context, status, ErrorCodes.InvalidParameter, message);

    private static bool HasToken(string header, string token) =>
        header.Split(',').Any(part => part.AsSpan().Trim().Equals(token, StringComparison.OrdinalIgnoreCase));

    private static bool IsKey(string key) =>
        Convert.TryFromBase64String(key, stackalloc byte[KeyBytes + 2], out int length) && length == KeyBytes;

    // RFC 6455 prescribes SHA-1 here, where nothing rests on its strength.
#pragma warning disable CA5350
    private static string Answer(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
}
