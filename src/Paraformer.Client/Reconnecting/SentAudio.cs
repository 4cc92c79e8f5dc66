namespace Paraformer.Client;

/// <summary>
/// The audio that has gone out and is not covered by a final sentence: what a new task has to hear again. One sender appends and reads, one
/// receiver covers.
/// </summary>
internal sealed class SentAudio : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AudioLayout _layout;
    private readonly ReplayBuffer? _buffer;
    private readonly RewindableAudio? _source;
    private readonly TimeSpan _bufferLength;
    private long _covered;
    private long _reported;

    public SentAudio(RecognitionOptions options, ReconnectPolicy policy, RewindableAudio? source)
    {
        _layout = new AudioLayout(options.Format, options.SampleRate);
        _bufferLength = policy.BufferLength;
        _source = source;
        _buffer = policy.IsOff || source is not null ? null : new ReplayBuffer();
    }

    /// <summary>How many bytes have gone out, each counted once.</summary>
    public long Length { get; private set; }

    /// <summary>Notes bytes that are about to be sent for the first time.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            _layout.Inspect(data);
            Length += data.Length;
            _buffer?.Append(data, Capacity);
        }
    }

    /// <summary>Notes that final sentences have been delivered up to a time.</summary>
    public void Cover(long milliseconds)
    {
        lock (_gate)
        {
            if (!_layout.IsLinear)
            {
                // Anything but PCM is sent again from its start, so all of it stays.
                _covered = Math.Max(_covered, milliseconds);
                return;
            }

            long end = Math.Max(0, _layout.TimeOf(Length));
            _covered = Math.Max(_covered, Math.Min(milliseconds, end));
            _buffer?.DiscardBefore(_layout.OffsetOf(_covered));
        }
    }

    /// <summary>What a new task has to hear. What is lost is counted as covered from then on.</summary>
    public Replay Plan()
    {
        lock (_gate)
        {
            long kept = _source is not null ? 0 : _buffer?.Start ?? Length;
            if (!_layout.IsLinear)
            {
                return kept == 0
                    ? new Replay(0, 0, default, null)
                    : new Replay(Length, 0, default, new AudioRange(_covered, null)) { CanGoOn = false };
            }

            long from = Math.Max(_reported, Math.Min(_layout.OffsetOf(_covered), Math.Max(Length, _layout.Header.Length)));
            AudioRange? lost = null;
            if (from < kept)
            {
                // Up to here the loss is known: a time in milliseconds need not fall on the sample.
                _reported = from = _layout.Align(kept);
                long end = _layout.TimeOf(from);
                lost = new AudioRange(_covered, end);
                _covered = Math.Max(_covered, end);
            }

            return new Replay(from, _layout.TimeOf(from), _layout.Header, lost) { IsEmpty = Length - from < _layout.Block };
        }
    }

    /// <summary>Reads what has been sent from an offset on; nothing at its end. The offset read from is further on if the audio between has been covered.</summary>
    public async ValueTask<(long Offset, int Length)> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (_source is not null)
        {
            int length = (int)Math.Min(destination.Length, Length - offset);
            return (offset, length == 0 ? 0 : await _source.ReadAsync(offset, destination[..length], cancellationToken).ConfigureAwait(false));
        }

        lock (_gate)
        {
            if (_buffer is null)
            {
                return (offset, 0);
            }

            offset = Math.Max(offset, _buffer.Start);
            return (offset, _buffer.Read(offset, destination.Span));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _buffer?.Dispose();
        }
    }

    private int Capacity => (int)Math.Min(int.MaxValue / 2, (long)(_bufferLength.TotalSeconds * _layout.SampleRate) * _layout.Block);
}

/// <summary>What a new task has to hear of what an earlier one has heard.</summary>
/// <param name="From">The offset of the first byte.</param>
/// <param name="Time">That byte's time, in milliseconds: the new task's zero.</param>
/// <param name="Header">What goes before it.</param>
/// <param name="Lost">What should be heard again and cannot be.</param>
internal readonly record struct Replay(long From, long Time, ReadOnlyMemory<byte> Header, AudioRange? Lost)
{
    /// <summary>Whether a new task can make sense of the audio to come; not if a container's header is gone.</summary>
    public bool CanGoOn { get; init; } = true;

    /// <summary>Whether nothing is left to hear.</summary>
    public bool IsEmpty { get; init; }
}
