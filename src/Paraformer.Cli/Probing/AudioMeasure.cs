using Paraformer.Audio;

namespace Paraformer.Cli.Probing;

/// <summary>What decoding a whole recording shows. Null where it cannot be known.</summary>
internal sealed record AudioMeasure
{
    private const int Rate = 16000;

    public required long DurationMs { get; init; }

    /// <summary>Integrated loudness, LUFS.</summary>
    public double? Loudness { get; init; }

    /// <summary>0 to 1.</summary>
    public double? SilenceShare { get; init; }

    /// <summary>What the stream was found to hold.</summary>
    public AudioStreamInfo? Info { get; init; }

    /// <summary>Why it cannot be decoded to its end.</summary>
    public string? Problem { get; init; }

    /// <summary>Decodes the input to its end.</summary>
    /// <param name="input">The audio, not read yet.</param>
    /// <param name="choice">How to decode it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<AudioMeasure> RunAsync(AudioInput input, FormatChoice choice, CancellationToken cancellationToken)
    {
        var meter = new LoudnessMeter(Rate);
        (AudioStreamInfo? info, string? problem) = await RecordingDecoder.RunAsync(input, choice, Rate, meter.Add, cancellationToken);
        return new AudioMeasure { DurationMs = meter.DurationMs, Loudness = meter.Loudness, SilenceShare = meter.SilenceShare, Info = info, Problem = problem };
    }
}
