using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Paraformer.Protocol;

namespace Paraformer.Server.WebSockets;

/// <summary>The payload of a close, by RFC 6455, section 5.5.1 and 7.4.</summary>
internal static class CloseFrame
{
    public const int NormalClosure = 1000;
    public const int ProtocolError = 1002;

    /// <summary>Reads a client's close: as a frame, and the status to answer with.</summary>
    public static (Frame Frame, int Answer) Read(byte[] payload)
    {
        int? status = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : null;
        ReadOnlySpan<byte> reason = payload.AsSpan(Math.Min(2, payload.Length));
        return payload.Length != 1 && (status is null || IsSendable(status.Value)) && Utf8.IsValid(reason)
            ? (new Frame(FrameKind.Close, ReadOnlyMemory<byte>.Empty, status, Encoding.UTF8.GetString(reason)), status ?? NormalClosure)
            : (new Frame(FrameKind.Close, ReadOnlyMemory<byte>.Empty, null, null), ProtocolError);
    }

    public static byte[] Write(int status, string reason)
    {
        byte[] payload = new byte[2 + Encoding.UTF8.GetByteCount(reason)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)status);
        Encoding.UTF8.GetBytes(reason, payload.AsSpan(2));
        return payload;
    }

    // The four are for reports between programs and never stand in a frame.
    private static bool IsSendable(int status) => status is >= 1000 and <= 4999 and not (1004 or 1005 or 1006 or 1015);
}
