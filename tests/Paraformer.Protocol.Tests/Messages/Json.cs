using System.Buffers;
using System.Text;

namespace Paraformer.Protocol.Tests;

internal static class Json
{
    public static string Write(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static TaskRequest Request(string json) => ProtocolSerializer.ReadRequest(Encoding.UTF8.GetBytes(json));

    public static TaskEvent Event(string json) => ProtocolSerializer.ReadEvent(Encoding.UTF8.GetBytes(json));
}
