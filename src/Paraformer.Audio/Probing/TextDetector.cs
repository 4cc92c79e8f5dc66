using System.Buffers;
using System.Globalization;
using System.Text;

namespace Paraformer.Audio.Probing;

/// <summary>
/// Tells text sent by mistake (an error page, a transcript named .wav) from raw PCM. Strict: every character must be
/// printable UTF-8. PCM fails at once, for its silence holds zero bytes and its quiet parts 0x00 and 0xFF.
/// </summary>
internal static class TextDetector
{
    /// <summary>This many bytes of text settle it.</summary>
    public const int Window = 1024;

    /// <summary>A whole stream shorter than this is never called text: too few bytes to be sure.</summary>
    public const int MinLength = 64;

    /// <summary>A constant or a square wave may consist of printable bytes, but only of a few different ones.</summary>
    private const int MinDistinctBytes = 8;

    /// <param name="firstBytes">From the stream's start.</param>
    /// <param name="isAll">Whether no more bytes can be had.</param>
    public static Match Detect(ReadOnlySpan<byte> firstBytes, bool isAll)
    {
        bool isFinal = isAll || firstBytes.Length >= Window;
        ReadOnlySpan<byte> window = firstBytes[..Math.Min(firstBytes.Length, Window)];
        if (!IsPrintable(window))
        {
            return Match.No;
        }

        if (!isFinal)
        {
            return Match.NeedsMore;
        }

        return window.Length >= MinLength && CountDistinct(window) >= MinDistinctBytes ? Match.Yes : Match.No;
    }

    private static bool IsPrintable(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed);
            if (status == OperationStatus.NeedMoreData)
            {
                return true;
            }

            if (status != OperationStatus.Done || !IsPrintable(rune))
            {
                return false;
            }

            bytes = bytes[consumed..];
        }

        return true;
    }

    private static bool IsPrintable(Rune rune) => rune.Value is '\t' or '\n' or '\r' || Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);

    private static int CountDistinct(ReadOnlySpan<byte> bytes)
    {
        Span<bool> seen = stackalloc bool[256];
        seen.Clear();
        foreach (byte value in bytes)
        {
            seen[value] = true;
        }

        return seen.Count(true);
    }
}
