using System.Diagnostics;
using Paraformer.Audio;
using Paraformer.Cli.Probing;
using Paraformer.Client;

namespace Paraformer.Cli.Recognition;

/// <summary>Sends an input to a session, at the speed it was spoken or as fast as it is taken, and ends it.</summary>
internal sealed class AudioSender(RecognitionSession session, AudioInput input, FormatChoice choice, bool realTime) : IDisposable
{
    // A tenth of a second at 64 kbit/s.
    private const int CompressedFrame = 800;

    private const int MaxFrame = 16 * 1024;
    private const int MinFrame = 1024;

    private readonly EncodedAudioClock? _clock = choice.BytesPerSecond is null && AudioDecoders.TryParse(choice.Format, out AudioCodec codec) && codec is not (AudioCodec.Pcm or AudioCodec.Wav)
        ? new EncodedAudioClock(codec)
        : null;

    private long _sentBytes;

    /// <summary>Length of the audio sent so far; null where the format does not tell.</summary>
    /// <remarks>A header counts as audio, which adds a millisecond or two until the end is reached.</remarks>
    public long? SentMs => _clock is not null ? (long)_clock.Elapsed.TotalMilliseconds : choice.BytesPerSecond is { } rate ? Math.Min(_sentBytes * 1000 / rate, input.DurationMs ?? long.MaxValue) : null;

    /// <summary>Why the input could not be read to its end; null where it could.</summary>
    public Exception? ReadFailure { get; private set; }

    /// <summary>Whether sending was stopped before the input's end.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Sends until the input ends or <paramref name="stop"/>, then ends the audio.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        // About 100 ms, within the 1 to 16 KB that the service advises.
        int frame = choice.BytesPerSecond is { } rate ? Math.Clamp(rate / 10, MinFrame, MaxFrame) : realTime ? CompressedFrame : MaxFrame;
        byte[] buffer = new byte[frame];
        var clock = Stopwatch.StartNew();
        try
        {
            while (await ReadAsync(buffer, stop) is > 0 and int count)
            {
                await session.SendAsync(buffer.AsMemory(0, count), stop);
                _sentBytes += count;
                _clock?.Add(buffer.AsSpan(0, count));
                TimeSpan ahead = TimeSpan.FromMilliseconds(SentMs ?? 0) - clock.Elapsed;
                if (realTime && ahead > TimeSpan.Zero)
                {
                    await Task.Delay(ahead, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            IsStopped = true;
        }

        await session.FinishAsync(CancellationToken.None);
    }

    public void Dispose() => _clock?.Dispose();

    private async ValueTask<int> ReadAsync(byte[] buffer, CancellationToken stop)
    {
        try
        {
            return await input.ReadAsync(buffer, stop);
        }
        catch (IOException problem)
        {
            ReadFailure = problem;
            return 0;
        }
    }
}
