using System.Globalization;
using Paraformer.Audio;
using Paraformer.Protocol;

namespace Paraformer.Cli.Probing;

/// <summary>The format and sample rate to state for an input, from what it holds and what was asked for.</summary>
/// <param name="Format">The protocol's name of the format.</param>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="BytesPerSecond">Bytes of audio per second; null where it varies or is unknown.</param>
internal sealed record FormatChoice(string Format, int SampleRate, int? BytesPerSecond)
{
    /// <summary>Chooses, or says why nothing fits.</summary>
    /// <param name="input">The audio.</param>
    /// <param name="format"><c>--format</c>; null where not given.</param>
    /// <param name="sampleRate"><c>--sample-rate</c>; null where not given.</param>
    /// <param name="rawSampleRate">The rate of headerless audio where none is given.</param>
    /// <param name="local">Whether this build is to decode it.</param>
    /// <param name="converter">ffmpeg; null where it is not installed or not wanted.</param>
    /// <exception cref="CliException">The options contradict the audio, or it cannot be decoded.</exception>
    public static FormatChoice Make(AudioInput input, string? format, int? sampleRate, int rawSampleRate, bool local, string? converter)
    {
        // Raw samples are none of ffmpeg's business, and neither is what a statement names.
        bool isForeign = input.Probe is { } probe ? probe.Codec is null || (local && probe is { CanDecode: false, Codec: not AudioCodec.Wav }) : !MayBeRaw(input) && !input.LooksLikeText;
        if (converter is null || !isForeign || format is not null)
        {
            return Make(input, format, sampleRate, rawSampleRate, local);
        }

        int rate = sampleRate ?? rawSampleRate;
        try
        {
            input.Convert(converter, rate);
        }
        catch (IOException problem)
        {
            throw CliException.Usage(problem.Message, input.Name, Convert(input), problem);
        }

        return new FormatChoice("pcm", rate, rate * 2);
    }

    private static FormatChoice Make(AudioInput input, string? format, int? sampleRate, int rawSampleRate, bool local)
    {
        FormatChoice choice = input.Probe is { } probe ? Recognised(input, probe, format, sampleRate, rawSampleRate) : Headerless(input, format, sampleRate ?? rawSampleRate);
        bool undecodable = input.Probe is { CanDecode: false } || !(AudioDecoders.TryParse(choice.Format, out AudioCodec codec) && AudioDecoders.Supported.Contains(codec));
        if (local && undecodable)
        {
            string reason = input.Probe?.Problem?.TrimEnd('.') ?? $"{choice.Format} cannot be decoded here";
            // The reason of a compressed format says what to install.
            string remedy = input.Probe is { Codec: not null and not AudioCodec.Wav } ? $"without it, convert the file to WAV elsewhere: {FfmpegCommand.For(input.Name, 16000)}" : Convert(input);
            throw CliException.Usage(reason, input.Name, remedy);
        }

        return choice;
    }

    private static FormatChoice Recognised(AudioInput input, AudioProbeResult probe, string? format, int? sampleRate, int rawSampleRate)
    {
        string found = probe.Encoding is null || probe.Encoding == probe.Container ? probe.Container : $"{probe.Encoding} in {probe.Container}";
        if (probe.Codec is not { } codec)
        {
            if (probe.Container == "wav")
            {
                throw CliException.Usage(probe.Problem!.TrimEnd('.'), input.Name, Convert(input));
            }

            throw CliException.Usage($"the audio is {found}, which is none of the formats {string.Join(' ', AudioFormat.All)}", input.Name, Convert(input));
        }

        string wire = WireName(codec);
        if (format is not null && format != wire)
        {
            throw CliException.Usage($"--format {format} contradicts the audio, which is {found}", input.Name, $"leave --format out or give --format {wire}");
        }

        if (sampleRate is { } asked && probe.SampleRate is { } header && !Fits(codec, asked, header))
        {
            throw CliException.Usage($"--sample-rate {asked} contradicts the audio, whose header says {header} Hz", input.Name, "leave --sample-rate out");
        }

        if (codec == AudioCodec.Wav && input.DurationMs == 0)
        {
            throw CliException.Usage("the WAV file holds a header and no audio", input.Name, "give a recording");
        }

        return new FormatChoice(wire, sampleRate ?? RateToState(codec, probe.SampleRate, rawSampleRate), BytesPerSecondOf(probe));
    }

    private static FormatChoice Headerless(AudioInput input, string? format, int sampleRate)
    {
        if (input.LooksLikeText)
        {
            throw CliException.Usage($"this is text, not audio; it begins with {input.DescribeHead()}", input.Name, "give a recording");
        }

        if (format == "pcm" || (format is null && MayBeRaw(input)))
        {
            return new FormatChoice("pcm", sampleRate, sampleRate * 2);
        }

        string what = format is null ? "no known audio format" : $"not {format}";
        throw CliException.Usage($"this is {what}; it begins with the bytes {input.DescribeHead()}", input.Name, "give a WAV file, or --format pcm and --sample-rate if these are raw 16-bit mono samples");
    }

    private static bool MayBeRaw(AudioInput input) => input.Name == "standard input" || Path.GetExtension(input.Name).ToLowerInvariant() is ".pcm" or ".raw";

    /// <summary>The protocol's name of a format.</summary>
    public static string WireName(AudioCodec codec) => codec.ToString().ToLowerInvariant();

    // Opus can be decoded at any of its own rates whatever the recording's; AAC's header may have half of the rate.
    private static bool Fits(AudioCodec codec, int asked, int header) => asked == header
        || (codec == AudioCodec.Opus && asked is 8000 or 12000 or 16000 or 24000 or 48000)
        || (codec == AudioCodec.Aac && asked == 2 * header);

    private static int RateToState(AudioCodec codec, int? header, int rawSampleRate) =>
        codec == AudioCodec.Opus && (rawSampleRate == 8000 || header is not (8000 or 12000 or 16000 or 24000 or 48000)) ? rawSampleRate : header ?? rawSampleRate;

    // The encoding's name holds the size of a stored sample, which can be more than the bits that count.
    private static int? BytesPerSecondOf(AudioProbeResult probe)
    {
        int? bytes = probe.Encoding switch
        {
            "pcm_alaw" or "pcm_mulaw" => 1,
            { } name when name.StartsWith("pcm_", StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(5).TrimEnd("lbe"), NumberStyles.None, CultureInfo.InvariantCulture, out int bits) => bits / 8,
            _ => null,
        };
        return bytes * probe.SampleRate * probe.Channels;
    }

    private static string Convert(AudioInput input) => $"install ffmpeg, or convert it to WAV first: {FfmpegCommand.For(input.Name, 16000)}";
}
