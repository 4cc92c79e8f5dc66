namespace Paraformer.Audio.Probing;

/// <summary>What a stream's first bytes show.</summary>
/// <param name="Container">Short name: <c>wav</c>, <c>mp3</c>, <c>ogg</c>, …</param>
/// <param name="Encoding">Short name, where the first bytes show it and the container may hold others.</param>
/// <param name="Codec">The format that a task would state for it; null when none of the seven fits.</param>
internal sealed record DetectedFormat(string Container, string? Encoding = null, AudioCodec? Codec = null)
{
    public string Describe() => Encoding is null ? Container : $"{Container} ({Encoding})";
}
