using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Paraformer.Server;
using Paraformer.Service;
using Paraformer.Service.Limits;
using Paraformer.Service.ProtocolOnly;

namespace Paraformer.Bench.Load;

/// <summary>The server process of the load test. It prints its port, then for each line on its input its managed memory, processor time and collections.</summary>
internal static class LoadServer
{
    private const int FramesPerAnswer = 10;
    private const int AnswerBytes = 420;

    public static async Task RunAsync(string kind)
    {
        await using WebApplication app = kind == "echo" ? BuildEcho() : BuildService();
        await app.StartAsync();
        Console.WriteLine(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "collect")
            {
                GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
                GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }

            using var self = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{GC.GetTotalMemory(false)} {self.TotalProcessorTime.TotalSeconds} {GC.GetTotalAllocatedBytes()} {GC.CollectionCount(0)} {GC.CollectionCount(2)} {GC.GetTotalPauseDuration().TotalMilliseconds}"));
        }
    }

    private static WebApplication BuildService() => ParaformerServer.Build(
        new ServerOptions
        {
            Port = 0,
            MaxConnections = 50_000,
            Service = new RecognitionServiceOptions
            {
                MaxSessions = 50_000,
                IdleTimeout = TimeSpan.FromMinutes(10),
                Quota = new SessionQuotaOptions { MaxSessionsPerKey = 50_000, MaxSubmissionsPerSecond = 50_000 },
            },
        },
        new ProtocolOnlyEngine());

    /// <summary>The least that Kestrel does for such streams: frames in, a text of a result's size back for every tenth.</summary>
    private static WebApplication BuildEcho()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.UseWebSockets();
        app.Run(async context =>
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            byte[] buffer = new byte[4096], answer = new byte[AnswerBytes];
            answer.AsSpan().Fill((byte)'x');
            int frames = 0;
            while (true)
            {
                ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    return;
                }

                if (received is { MessageType: WebSocketMessageType.Binary, EndOfMessage: true } && ++frames % FramesPerAnswer == 0)
                {
                    await socket.SendAsync(answer.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                }
            }
        });
        return app;
    }
}
