namespace Paraformer.Cli.Commands;

/// <summary>What <c>paraformer transcribe</c> was asked to do. Null means not given.</summary>
internal sealed record TranscribeSettings
{
    public required string Input { get; init; }

    public required string Model { get; init; }

    public string? Format { get; init; }

    public int? SampleRate { get; init; }

    public IReadOnlyList<string>? Languages { get; init; }

    public string? VocabularyId { get; init; }

    public string? PhraseId { get; init; }

    public string? HotWordsFile { get; init; }

    public bool? DisfluencyRemoval { get; init; }

    public bool? SemanticPunctuation { get; init; }

    public int? MaxSentenceSilence { get; init; }

    public bool? MultiThreshold { get; init; }

    public bool? Punctuation { get; init; }

    public bool? InverseTextNormalization { get; init; }

    public bool Heartbeat { get; init; } = true;

    public bool RealTime { get; init; }

    public Uri? Endpoint { get; init; }

    public string Output { get; init; } = "text";

    public bool Partials { get; init; }

    public string? OutputFile { get; init; }

    public string? MetricsFile { get; init; }
}
