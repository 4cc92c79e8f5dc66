namespace Paraformer.Models;

/// <summary>A pack as the catalogue describes it.</summary>
public sealed record PackDescriptor
{
    /// <summary>The pack's id, which is its folder's name.</summary>
    public required string Id { get; init; }

    /// <summary>What kind of model it holds: <c>vosk</c>, <c>native-library</c>, <c>vad-silero</c>, …</summary>
    public required string Kind { get; init; }

    /// <summary>One line for people.</summary>
    public required string Description { get; init; }

    /// <summary>Licence, as the source states it.</summary>
    public required string Licence { get; init; }

    /// <summary>Where the files come from, for people; empty when the catalogue does not say.</summary>
    public string Origin { get; init; } = "";

    /// <summary>Languages it recognises; empty for packs that are not recognisers.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Ids of packs that it needs.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>Its files on this machine's platform; empty when it has none for this platform.</summary>
    public IReadOnlyList<PackFile> Files { get; init; } = [];

    /// <summary>Whether the catalogue knows a source from which it can be pulled on this platform.</summary>
    public bool CanPull { get; init; }
}
