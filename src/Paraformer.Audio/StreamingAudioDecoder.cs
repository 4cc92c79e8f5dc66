using System.Buffers;

namespace Paraformer.Audio;

/// <summary>
/// Turns the bytes of one audio stream, in pieces cut anywhere, into mono samples in [-1, 1] at one output rate.
/// Output sample n is the sound at n / rate seconds after the stream's first sample: filter delays are compensated, and
/// the total count is the stream's duration at the output rate, rounded. Not thread-safe.
/// </summary>
public abstract class StreamingAudioDecoder : IDisposable
{
    /// <summary>The samples per second that this decoder puts out.</summary>
    public abstract int OutputRate { get; }

    /// <summary>What the stream turned out to hold; null until its header has been read.</summary>
    public abstract AudioStreamInfo? Info { get; }

    /// <summary>Decodes the next bytes.</summary>
    /// <exception cref="AudioFormatException">The stream cannot be decoded as the stated format.</exception>
    public abstract void Decode(ReadOnlySpan<byte> data, IBufferWriter<float> output);

    /// <summary>Ends the stream and puts out what was held back. A partial last sample is dropped.</summary>
    /// <exception cref="AudioFormatException">The stream ended before it could be decoded.</exception>
    public abstract void Complete(IBufferWriter<float> output);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the decoder holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>What an audio stream holds.</summary>
/// <param name="Container">Short name: <c>wav</c>, <c>raw</c>, …</param>
/// <param name="Encoding">Short name: <c>pcm_s16le</c>, <c>pcm_f32le</c>, …</param>
/// <param name="SampleRate">Samples per second of the stream itself.</param>
/// <param name="Channels">Channel count.</param>
/// <param name="BitsPerSample">Bits of one sample of one channel; null where the encoding has none.</param>
public sealed record AudioStreamInfo(string Container, string Encoding, int SampleRate, int Channels, int? BitsPerSample);

/// <summary>Why a stream cannot be decoded.</summary>
public enum AudioFormatError
{
    /// <summary>The format or encoding is not supported.</summary>
    Unsupported,

    /// <summary>The bytes are not what the stated format says.</summary>
    Undecodable,
}

/// <summary>An audio stream cannot be decoded as stated. The message says what was found and what to do.</summary>
public sealed class AudioFormatException(AudioFormatError error, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public AudioFormatError Error { get; } = error;
}
