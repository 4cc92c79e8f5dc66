using System.Buffers;
using Paraformer.Audio;
using Paraformer.Cli.Output;
using Paraformer.Cli.Probing;

namespace Paraformer.Cli.Conversion;

/// <summary>Turns any recording into a WAV file of one rate: 16-bit, mono.</summary>
internal static class WaveConversion
{
    /// <summary>Converts.</summary>
    /// <param name="services">The process's services.</param>
    /// <param name="path">The recording, or <c>-</c>.</param>
    /// <param name="stated">What is stated of it.</param>
    /// <param name="target">The file to write.</param>
    /// <param name="sampleRate">Its rate, 8000 or 16000.</param>
    /// <exception cref="CliException">The recording cannot be read or decoded, to its end, or the file not be written. What was decoded until then is in it.</exception>
    public static async Task RunAsync(CliServices services, string path, Statement stated, string target, int sampleRate)
    {
        OutputFile.Check(target, path);
        await using AudioInput input = await AudioInput.OpenAsync(path, services.Console, services.Stop);
        FormatChoice choice = FormatChoice.Make(input, stated.Format, stated.SampleRate, sampleRate, local: true, Ffmpeg.Find(services.Console));
        await input.EnsureConvertedAsync(services.Stop);
        if (input.Warning is { } warning)
        {
            services.Console.Note($"warning: {warning} ({input.Name}): what is there is converted");
        }

        await using FileStream file = OutputFile.Create(target);
        try
        {
            var writer = new WaveFileWriter(file, sampleRate);
            string? problem = await DecodeAsync(input, choice, sampleRate, writer, services.Stop);
            writer.Complete();
            if (problem is not null)
            {
                throw CliException.Failed(problem.TrimEnd('.'), input.Name, $"the {TimeText.Caption(writer.DurationMs)} before it are in {target}");
            }

            services.Console.Note($"{target}: {TimeText.Caption(writer.DurationMs)}, {sampleRate} Hz, 16 bits, mono");
        }
        catch (IOException full)
        {
            throw CliException.Failed("the output cannot be written to its end: " + full.Message, target, "choose another place", full);
        }
    }

    // Why it could not be decoded to its end; null where it could.
    private static async Task<string?> DecodeAsync(AudioInput input, FormatChoice choice, int sampleRate, WaveFileWriter writer, CancellationToken cancellationToken)
    {
        var samples = new ArrayBufferWriter<float>();
        byte[] buffer = new byte[4096];
        try
        {
            if (!AudioDecoders.TryParse(choice.Format, out AudioCodec codec))
            {
                return $"{choice.Format} is not known here";
            }

            using StreamingAudioDecoder decoder = AudioDecoders.Create(codec, choice.SampleRate, sampleRate);
            while (await ReadAsync(input, buffer, cancellationToken) is > 0 and int count)
            {
                decoder.Decode(buffer.AsSpan(0, count), samples);
                Take();
            }

            decoder.Complete(samples);
            Take();
            return null;
        }
        catch (AudioFormatException e)
        {
            Take();
            return e.Message;
        }

        void Take()
        {
            writer.Write(samples.WrittenSpan);
            samples.ResetWrittenCount();
        }
    }

    private static async ValueTask<int> ReadAsync(AudioInput input, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await input.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException e)
        {
            throw new AudioFormatException(AudioFormatError.Undecodable, e.Message);
        }
    }
}
