using System.Net.Sockets;
using System.Text;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Support;

/// <summary>A request written byte for byte, and the answer to it.</summary>
internal static class RawRequest
{
    /// <summary>The header lines of a WebSocket handshake after <c>Host</c>, as the Python SDK sends them.</summary>
    public static IReadOnlyList<string> PythonHeaders(string authorization) =>
    [
        $"Authorization: {authorization}",
        "User-Agent: dashscope/1.26.2; python/3.11.2; platform/Linux; processor/",
        "Upgrade: websocket",
        "Connection: upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Accept: */*",
        "Accept-Encoding: gzip, deflate",
    ];

    /// <summary>Sends a GET and reads the answer: its head, and its body where it has one.</summary>
    public static async Task<string> GetAsync(Uri endpoint, string target, IEnumerable<string> headers)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(endpoint.Host, endpoint.Port).WaitAsync(Patience.Limit);
        await using NetworkStream stream = tcp.GetStream();
        string request = $"GET {target} HTTP/1.1\r\nHost: {endpoint.Authority}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));

        var answer = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!IsWhole(answer.ToString()))
        {
            int count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience.Limit);
            Assert.True(count > 0, $"The answer ended early: {answer}");
            answer.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return answer.ToString();
    }

    private static bool IsWhole(string answer)
    {
        int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end >= 0 && (answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal)
            || answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal) || answer.IndexOf('}', end) >= 0);
    }
}
