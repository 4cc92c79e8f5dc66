using Paraformer.Cli.Recognition;

namespace Paraformer.Cli.Probing;

/// <summary>What a task is to state for a recording. Null where it was not given.</summary>
internal sealed record Statement(string? Format, int? SampleRate, string? Model)
{
    public bool IsEmpty => Format is null && SampleRate is null && Model is null;

    /// <summary>The only rate that the model takes; null where it takes any.</summary>
    public int? ModelRate => Model is null || Model.EndsWith("realtime-v2", StringComparison.Ordinal) ? null : ModelNames.DefaultSampleRate(Model);

    /// <summary>The format of a file that would fit.</summary>
    public string FittingFormat => Format ?? "wav";

    /// <summary>The sample rate of a file that would fit.</summary>
    public int FittingRate => ModelRate ?? SampleRate ?? (Format == "amr" ? 8000 : 16000);
}
