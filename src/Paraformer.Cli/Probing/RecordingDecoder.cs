using System.Buffers;
using Paraformer.Audio;

namespace Paraformer.Cli.Probing;

/// <summary>Decodes a whole recording.</summary>
internal static class RecordingDecoder
{
    /// <summary>Decodes the input to its end, or as far as it can be.</summary>
    /// <param name="input">The audio, not read yet.</param>
    /// <param name="choice">How to decode it.</param>
    /// <param name="sampleRate">Samples per second that are wanted, 8000 or 16000.</param>
    /// <param name="take">Gets the samples, piece by piece.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What the stream was found to hold, and why it cannot be decoded to its end; each null where there is nothing to say.</returns>
    public static async Task<(AudioStreamInfo? Info, string? Problem)> RunAsync(
        AudioInput input, FormatChoice choice, int sampleRate, Action<ReadOnlySpan<float>> take, CancellationToken cancellationToken)
    {
        if (!AudioDecoders.TryParse(choice.Format, out AudioCodec codec))
        {
            return (null, $"{choice.Format} is not known here.");
        }

        var samples = new ArrayBufferWriter<float>();
        byte[] buffer = new byte[4096];
        StreamingAudioDecoder? decoder = null;
        try
        {
            decoder = AudioDecoders.Create(codec, choice.SampleRate, sampleRate);
            while (await ReadAsync(input, buffer, cancellationToken) is > 0 and int count)
            {
                decoder.Decode(buffer.AsSpan(0, count), samples);
                Take();
            }

            decoder.Complete(samples);
            Take();
            return (decoder.Info, null);
        }
        catch (AudioFormatException e)
        {
            Take();
            return (decoder?.Info, e.Message);
        }
        finally
        {
            decoder?.Dispose();
        }

        void Take()
        {
            take(samples.WrittenSpan);
            samples.ResetWrittenCount();
        }
    }

    // What cannot be read cannot be decoded; trouble of whoever takes the samples is another matter.
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
