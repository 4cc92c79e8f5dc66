using System.Buffers.Binary;
using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>Sends a stream's audio into a session, to its end, at the chosen pace.</summary>
internal static class AudioPump
{
    private const int BytesPerSample = 2;
    private const int UnpacedCompressedBytes = 4096;

    public static void Validate(Stream audio, RecognitionOptions options)
    {
        if (!audio.CanRead)
        {
            throw new ArgumentException("The audio stream cannot be read.", nameof(audio));
        }

        if (options.Pacing.IsRealTime && options.Format != AudioFormat.Pcm && options.Format != AudioFormat.Wav)
        {
            throw new ArgumentException(
                $"Pacing.RealTime is for pcm and wav: the rate of '{options.Format}' is not known from its bytes. Use Pacing.AtBytesPerSecond.", nameof(options));
        }
    }

    /// <summary>Sends and finishes. A failure of the audio source ends the session with that failure.</summary>
    public static async Task SendAsync(
        Stream audio, RewindableAudio? source, RecognitionSession session, RecognitionOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] chunk = new byte[ChunkBytes(options)];
        long sent = 0;
        int? bytesPerSecond = options.Pacing.BytesPerSecond;
        long start = time.GetTimestamp();
        while (true)
        {
            int length;
            try
            {
                length = source is not null
                    ? await source.ReadAsync(sent, chunk, cancellationToken).ConfigureAwait(false)
                    : await audio.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                session.Abort(e);
                throw;
            }

            if (length == 0)
            {
                break;
            }

            if (sent == 0 && options.Pacing.IsRealTime)
            {
                bytesPerSecond = WavByteRate(chunk.AsSpan(0, length)) ?? options.SampleRate * BytesPerSample;
            }

            await session.SendAsync(chunk.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            sent += length;
            if (bytesPerSecond is { } rate)
            {
                // Due times count from the start, so that what one wait misses, the next makes up for.
                TimeSpan wait = TimeSpan.FromSeconds((double)sent / rate) - time.GetElapsedTime(start);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await session.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    internal static int ChunkBytes(RecognitionOptions options)
    {
        int bytes = options switch
        {
            { Pacing.BytesPerSecond: { } rate } => rate / 10,
            _ when options.Format == AudioFormat.Pcm || options.Format == AudioFormat.Wav => options.SampleRate / 10 * BytesPerSample,
            _ => UnpacedCompressedBytes,
        };
        return Math.Clamp(bytes, 160, SendQueue.MaxFrameBytes);
    }

    /// <summary>The byte rate that a RIFF/WAVE header states; null where the bytes do not begin with one.</summary>
    internal static int? WavByteRate(ReadOnlySpan<byte> start)
    {
        if (start.Length < 12 || !start[..4].SequenceEqual("RIFF"u8) || !start[8..12].SequenceEqual("WAVE"u8))
        {
            return null;
        }

        for (int at = 12; at + 8 <= start.Length;)
        {
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(start[(at + 4)..]);
            if (start[at..(at + 4)].SequenceEqual("fmt "u8) && at + 20 <= start.Length)
            {
                int rate = BinaryPrimitives.ReadInt32LittleEndian(start[(at + 16)..]);
                return rate > 0 ? rate : null;
            }

            long next = at + 8 + size + (size & 1);
            if (next > start.Length)
            {
                break;
            }

            at = (int)next;
        }

        return null;
    }
}
