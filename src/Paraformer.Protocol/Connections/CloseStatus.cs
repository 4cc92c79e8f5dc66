using System.Net.WebSockets;
using System.Text;

namespace Paraformer.Protocol;

/// <summary>The rules of RFC 6455 for what a close frame may carry.</summary>
internal static class CloseStatus
{
    private const int MaxReasonBytes = 123;

    /// <exception cref="ArgumentOutOfRangeException">The status may not be sent.</exception>
    public static WebSocketCloseStatus Check(int status)
    {
        if (status is < 1000 or > 4999 or 1004 or 1005 or 1006 or 1015)
        {
            throw new ArgumentOutOfRangeException(nameof(status), status, "A close status is 1000 to 4999, and not 1004, 1005, 1006 or 1015.");
        }

        return (WebSocketCloseStatus)status;
    }

    /// <summary>Cuts a reason to the 123 bytes that a close frame holds, at a character's end.</summary>
    public static string Fit(string reason)
    {
        if (Encoding.UTF8.GetByteCount(reason) <= MaxReasonBytes)
        {
            return reason;
        }

        int bytes = 0, chars = 0;
        foreach (Rune rune in reason.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxReasonBytes)
            {
                break;
            }

            chars += rune.Utf16SequenceLength;
        }

        return reason[..chars];
    }
}
