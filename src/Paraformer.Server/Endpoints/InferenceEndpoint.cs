using Microsoft.AspNetCore.Http;
using Paraformer.Server.WebSockets;
using Paraformer.Service;
using Paraformer.Service.Limits;

namespace Paraformer.Server.Endpoints;

/// <summary>The WebSocket endpoint.</summary>
internal sealed class InferenceEndpoint(RecognitionService service, ServerOptions options)
{
    private readonly Action<TimeSpan> _onWait = wait => service.Context.Metrics.Waited(LimitNames.Frames, wait);

    public async Task HandleAsync(HttpContext context)
    {
        if (await Handshake.AcceptAsync(context) is not { } stream)
        {
            return;
        }

        ServiceCaller caller = context.Features.Get<ServiceCaller>() ?? ServiceCaller.Anonymous;
        var source = new FrameSource(stream, new FrameRate(options.MaxFramesPerSecond, options.Time, _onWait), options.Messages.ReceiveBufferBytes);
        var text = new TextAssembly(options.Messages.MaxTextMessageBytes, service.Context.Buffers);
        await using var connection = new ServerConnection(source, stream, text, options.Messages, options.MaxBinaryMessageBytes, context.Abort);
        await service.RunAsync(connection, caller, context.RequestAborted);
    }
}
