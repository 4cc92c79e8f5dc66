using System.Buffers;
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
        AudioStreamInfo? info = null;
        string? problem = null;
        try
        {
            if (!AudioDecoders.TryParse(choice.Format, out AudioCodec codec))
            {
                throw new AudioFormatException(AudioFormatError.Unsupported, $"{choice.Format} is not known here.");
            }

            using StreamingAudioDecoder decoder = AudioDecoders.Create(codec, choice.SampleRate, Rate);
            var samples = new ArrayBufferWriter<float>();
            byte[] buffer = new byte[4096];
            try
            {
                while (await input.ReadAsync(buffer, cancellationToken) is > 0 and int count)
                {
                    decoder.Decode(buffer.AsSpan(0, count), samples);
                    Take(samples, meter);
                }

                decoder.Complete(samples);
                Take(samples, meter);
            }
            finally
            {
                info = decoder.Info;
            }
        }
        catch (Exception e) when (e is AudioFormatException or IOException)
        {
            problem = e.Message;
        }

        return new AudioMeasure { DurationMs = meter.DurationMs, Loudness = meter.Loudness, SilenceShare = meter.SilenceShare, Info = info, Problem = problem };
    }

    private static void Take(ArrayBufferWriter<float> samples, LoudnessMeter meter)
    {
        meter.Add(samples.WrittenSpan);
        samples.ResetWrittenCount();
    }
}
