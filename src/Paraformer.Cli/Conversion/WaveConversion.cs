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
            (_, string? problem) = await RecordingDecoder.RunAsync(input, choice, sampleRate, writer.Write, services.Stop);
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
}
