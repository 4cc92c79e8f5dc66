using System.Runtime.InteropServices;
using Paraformer.Engine.Vosk;

namespace Paraformer.Engine.Pipeline;

/// <summary>
/// A stream that nobody hears, so that the first one of a client does not wait for the compilation of everything on its way
/// (measured: half a second of its first partial).
/// </summary>
internal static class Rehearsal
{
    public const int SampleRate = 16_000;

    private const int TrailingSamples = SampleRate / 2;
    private const float Int16Scale = 32767f;

    /// <summary>Recognises the short warm-up speech as a request asks; at another sample rate it is taken to be faster or slower speech.</summary>
    /// <exception cref="RecognitionException">The request cannot be served.</exception>
    public static async Task RunAsync(RecognitionEngine engine, StreamRequest request, CancellationToken cancellationToken)
    {
        IRecognitionStream stream = await engine.StartAsync(request with { Format = "pcm" }, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await stream.WriteAsync(Speech(), cancellationToken).ConfigureAwait(false);
            stream.Complete();
            await foreach (RecognizedSentence _ in stream.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
            }
        }
    }

    private static byte[] Speech()
    {
        ReadOnlySpan<float> samples = WarmUp.Samples.Span;
        short[] pcm = new short[samples.Length + TrailingSamples];
        for (int i = 0; i < samples.Length; i++)
        {
            pcm[i] = (short)(samples[i] * Int16Scale);
        }

        return MemoryMarshal.AsBytes(pcm.AsSpan()).ToArray();
    }
}
