using System.Text;

namespace Paraformer.Client;

/// <summary>A temporary token: it goes wherever an API key goes, until it expires. Its text is left out of <see cref="object.ToString"/>.</summary>
/// <param name="Token">The token, <c>st-…</c>. Keep it secret.</param>
/// <param name="ExpiresAt">When it stops to open connections; those that are open stay so.</param>
public sealed record TemporaryToken(string Token, DateTimeOffset ExpiresAt)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("ExpiresAt = ").Append(ExpiresAt);
        return true;
    }
}
