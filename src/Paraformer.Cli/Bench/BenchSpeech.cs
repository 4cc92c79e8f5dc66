using System.Buffers;
using System.Buffers.Binary;
using Paraformer.Audio;
using Paraformer.Cli.Probing;
using Paraformer.Cli.Terminal;

namespace Paraformer.Cli.Bench;

/// <summary>Decodes a recording once, so that a measurement is not about decoding.</summary>
internal static class BenchSpeech
{
    private const int Rate = 16000;
    private const int PieceBytes = 64 * 1024;

    /// <summary>Reads a file as 16 kHz, 16 bits, one channel.</summary>
    /// <exception cref="CliException">It cannot be read or decoded, or holds next to nothing.</exception>
    public static async Task<byte[]> ReadAsync(string file, CliConsole console, CancellationToken cancellationToken)
    {
        await using AudioInput input = await AudioInput.OpenAsync(file, console, cancellationToken);
        FormatChoice choice = FormatChoice.Make(input, null, null, Rate, local: true, converter: null);
        if (!AudioDecoders.TryParse(choice.Format, out AudioCodec codec))
        {
            throw CliException.Usage("the audio format is not known", choice.Format, "name another file");
        }

        var samples = new ArrayBufferWriter<float>();
        using StreamingAudioDecoder decoder = AudioDecoders.Create(codec, choice.SampleRate, Rate);
        try
        {
            var piece = new byte[PieceBytes];
            for (int read; (read = await input.ReadAsync(piece, cancellationToken)) > 0;)
            {
                decoder.Decode(piece.AsSpan(0, read), samples);
            }

            decoder.Complete(samples);
        }
        catch (AudioFormatException problem)
        {
            throw CliException.Usage(problem.Message, file, "give --file speech that paraformer probe can read", problem);
        }

        if (samples.WrittenCount < Rate)
        {
            throw CliException.Usage("less than a second of audio", file, "give --file a recording of speech");
        }

        var bytes = new byte[samples.WrittenCount * sizeof(short)];
        for (int i = 0; i < samples.WrittenCount; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(i * sizeof(short)), (short)Math.Clamp(samples.WrittenSpan[i] * 32768f, short.MinValue, short.MaxValue));
        }

        return bytes;
    }
}
