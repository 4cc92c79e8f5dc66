using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Paraformer.Server.State;

/// <summary>
/// A key (<c>sk-</c>) or token (<c>st-</c>): twelve digits that identify it, then 32 that are the secret. 128 random bits need no
/// slow hash: SHA-256 is what is kept.
/// </summary>
internal static class Secret
{
    public const string KeyPrefix = "sk-";
    public const string TokenPrefix = "st-";

    private const int IdBytes = 6;
    private const int SecretBytes = 16;

    /// <summary>Makes one.</summary>
    public static (string Text, string Id) Create(string prefix)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        return (prefix + id + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes)), id);
    }

    /// <summary>The part that identifies it. False for anything that <see cref="Create"/> does not make.</summary>
    public static bool TryReadId(string text, string prefix, [NotNullWhen(true)] out string? id)
    {
        bool fits = text.Length == prefix.Length + ((IdBytes + SecretBytes) * 2) && text.StartsWith(prefix, StringComparison.Ordinal)
            && text.AsSpan(prefix.Length).IndexOfAnyExceptInRange('0', 'f') < 0;
        id = fits ? text.Substring(prefix.Length, IdBytes * 2) : null;
        return fits;
    }

    /// <summary>What is kept of it.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether a secret is the one that was kept; the time it takes tells nothing.</summary>
    public static bool Matches(string text, string hash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash(text)), Encoding.ASCII.GetBytes(hash));
}
