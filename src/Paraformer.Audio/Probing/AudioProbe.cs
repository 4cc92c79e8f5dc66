using System.Buffers;
using Paraformer.Audio.Compressed;
using Paraformer.Audio.Probing;
using Paraformer.Audio.Wav;

namespace Paraformer.Audio;

/// <summary>Finds out what an audio stream holds without reading it whole.</summary>
public static class AudioProbe
{
    /// <summary>
    /// From this size on, a stated data size is taken for a placeholder of a program that could not know it
    /// (such programs write 0x7FFFxxxx, 0x80000000 or 0xFFFFFFFF), not for a real size that the stream falls short of.
    /// </summary>
    private const long PlaceholderSize = 0x7FFF_0000;

    /// <summary>Names the container that a stream's first bytes show.</summary>
    /// <param name="firstBytes">The first bytes of the stream; 4,096 are enough for every format.</param>
    /// <returns>A short name as in <see cref="AudioProbeResult.Container"/>; null when none is recognised, as for raw PCM.</returns>
    public static string? DetectContainer(ReadOnlySpan<byte> firstBytes) =>
        ContainerSignatures.Detect(firstBytes, isAll: true, out DetectedFormat? format) == Match.Yes ? format!.Container : null;

    /// <summary>
    /// Reads the start of a stream, from its current position, and says what it holds. Reads 4 KiB, or up to the first
    /// sample (16 MiB at most). A seekable stream is put back to where it was.
    /// </summary>
    /// <param name="stream">A readable stream. One that cannot seek loses the bytes that are read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What was found; null when no container is recognised: raw PCM cannot be told from other bytes.</returns>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static async Task<AudioProbeResult?> ProbeAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        long start = stream.CanSeek ? stream.Position : 0;
        long? length = stream.CanSeek ? stream.Length - start : null;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ContainerSignatures.Window);
        try
        {
            int count = await stream.ReadAtLeastAsync(buffer.AsMemory(0, ContainerSignatures.Window), ContainerSignatures.Window, false, cancellationToken)
                .ConfigureAwait(false);
            ContainerSignatures.Detect(buffer.AsSpan(0, count), isAll: true, out DetectedFormat? format);
            if (Id3Tag.TryRead(buffer.AsSpan(0, count), out _))
            {
                // MP3 for the most part, but AAC, FLAC and others may have such a tag, too.
                count = await TagSkipper.SkipAsync(stream, buffer, count, cancellationToken).ConfigureAwait(false);
                if (ContainerSignatures.Detect(buffer.AsSpan(0, count), isAll: true, out DetectedFormat? tagged) == Match.Yes && tagged!.Codec != AudioCodec.Wav)
                {
                    format = tagged;
                }
            }

            return format switch
            {
                null => null,
                { Codec: AudioCodec.Wav } => await ProbeWavAsync(stream, buffer, count, length, cancellationToken).ConfigureAwait(false),
                _ => await ProbeOtherAsync(format, stream, buffer, count, cancellationToken).ConfigureAwait(false),
            };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (stream.CanSeek)
            {
                stream.Position = start;
            }
        }
    }

    private static async Task<AudioProbeResult> ProbeOtherAsync(
        DetectedFormat format, Stream stream, byte[] buffer, int count, CancellationToken cancellationToken)
    {
        CompressedStream? header = format.Codec is { } codec
            ? await CompressedHeader.ReadAsync(codec, stream, buffer, count, cancellationToken).ConfigureAwait(false)
            : null;
        return new AudioProbeResult
        {
            Container = format.Container,
            Encoding = header?.Encoding ?? format.Encoding,
            Codec = format.Codec,
            SampleRate = header?.NominalRate,
            Channels = header?.Channels is > 0 and int channels ? channels : null,
            CanDecode = format.Codec is { } stated && AudioDecoders.Supported.Contains(stated),
            Problem = AudioDecoders.WhyNotDecodable(format),
        };
    }

    private static async Task<AudioProbeResult> ProbeWavAsync(Stream stream, byte[] buffer, int count, long? length, CancellationToken cancellationToken)
    {
        var header = new WavHeaderReader();
        try
        {
            while (!Feed(header, buffer.AsSpan(0, count)))
            {
                count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    throw header.Ended();
                }
            }
        }
        catch (AudioFormatException e)
        {
            AudioCodec? codec = e.Error == AudioFormatError.Unsupported ? null : AudioCodec.Wav;
            return new AudioProbeResult { Container = "wav", Codec = codec, CanDecode = false, Problem = e.Message };
        }

        return Describe(header, length);
    }

    private static bool Feed(WavHeaderReader header, ReadOnlySpan<byte> bytes) => header.Read(ref bytes);

    private static AudioProbeResult Describe(WavHeaderReader header, long? length)
    {
        WavFormat format = header.Format;
        long? present = length - header.Position;
        long? stated = header.DataSize >= PlaceholderSize && !(present >= header.DataSize) ? null : header.DataSize;
        long? dataSize = present is { } bytes ? Math.Min(bytes, stated ?? long.MaxValue) : stated;
        return new AudioProbeResult
        {
            Container = "wav",
            Encoding = format.ToInfo().Encoding,
            Codec = AudioCodec.Wav,
            SampleRate = format.SampleRate,
            Channels = format.Channels,
            BitsPerSample = format.BitsPerSample,
            Duration = dataSize is { } size ? DurationOf(size / format.FrameSize, format.SampleRate) : null,
            IsTruncated = present is { } there && stated is { } expected ? there < expected : null,
            CanDecode = true,
        };
    }

    private static TimeSpan DurationOf(long frames, int sampleRate)
    {
        (long seconds, long rest) = Math.DivRem(frames, sampleRate);
        long longest = TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond;
        return seconds >= longest ? TimeSpan.MaxValue : new TimeSpan((seconds * TimeSpan.TicksPerSecond) + (rest * TimeSpan.TicksPerSecond / sampleRate));
    }
}
