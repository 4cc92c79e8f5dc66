namespace Paraformer.Cli.Bench;

/// <summary>What <c>paraformer bench</c> was asked to measure.</summary>
internal sealed record BenchSettings
{
    /// <summary>The model's name, one of the catalogue's.</summary>
    public required string Model { get; init; }

    /// <summary>Language hints.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>The pack that is to serve, whatever the catalogue prefers; null for its choice.</summary>
    public string? Pack { get; init; }

    /// <summary>A folder with a synthetic graph, or the graph; null to measure packs.</summary>
    public string? Graph { get; init; }

    /// <summary>Whether the graph hears whole utterances instead of chunks.</summary>
    public bool WholeUtterances { get; init; }

    /// <summary>Steps of streams that become one batch at most; null for the engine's own choice.</summary>
    public int? Batch { get; init; }

    /// <summary>The speech.</summary>
    public required string File { get; init; }

    /// <summary>Streams at the same time.</summary>
    public required int Streams { get; init; }

    /// <summary>How long each part of the measurement takes.</summary>
    public required TimeSpan Duration { get; init; }
}
