using System.Buffers;

namespace Paraformer.Audio.Resampling;

/// <summary>
/// Changes the sample rate of one mono stream by a windowed-sinc polyphase filter with an exact rational position:
/// no drift however long the stream. Output sample n is the input at n × input rate / output rate samples (the filter's
/// delay is taken out), and the whole stream gives round(input count × output rate / input rate) samples. The same
/// input gives the same bits however it is cut. Output is limited to [-1, 1]. Equal rates pass through. Not thread-safe.
/// </summary>
internal sealed class Resampler : IDisposable
{
    private const int BlockSize = 4096;

    private readonly PolyphaseFilter? _filter;
    private readonly int _wholeStep;
    private readonly int _phaseStep;

    // The window of input still needed. _start is where the next output's window begins, _end is where new input goes.
    private float[]? _buffer;
    private int _start;
    private int _end;

    // The fraction of an input sample, in units of 1 / Up.
    private int _phase;
    private long _inputCount;
    private long _outputCount;
    private bool _isComplete;

    public Resampler(int inputRate, int outputRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputRate);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputRate);
        if (inputRate == outputRate)
        {
            return;
        }

        _filter = PolyphaseFilterCache.Shared.Get(inputRate, outputRate);
        (_wholeStep, _phaseStep) = Math.DivRem(_filter.Down, _filter.Up);
        _buffer = ArrayPool<float>.Shared.Rent(_filter.Taps + BlockSize);

        // The window of output 0 starts half a filter before the first input sample: silence.
        _end = (_filter.Taps / 2) - 1;
        _buffer.AsSpan(0, _end).Clear();
    }

    /// <summary>Takes the next input and puts out what is ready.</summary>
    public void Write(ReadOnlySpan<float> input, IBufferWriter<float> output)
    {
        ObjectDisposedException.ThrowIf(_filter is not null && _buffer is null, this);
        if (_isComplete)
        {
            throw new InvalidOperationException("The stream has been completed.");
        }

        _inputCount += input.Length;
        if (_filter is null)
        {
            PassThrough(input, output);
            return;
        }

        while (!input.IsEmpty)
        {
            int taken = Fill(input);
            input = input[taken..];
            Emit(_filter, output, long.MaxValue);
        }
    }

    /// <summary>Ends the stream: the input is followed by silence until every output sample is out.</summary>
    public void Complete(IBufferWriter<float> output)
    {
        ObjectDisposedException.ThrowIf(_filter is not null && _buffer is null, this);
        if (_isComplete)
        {
            return;
        }

        _isComplete = true;
        if (_filter is null)
        {
            return;
        }

        long total = OutputLength(_inputCount, _filter.Up, _filter.Down);
        ReadOnlySpan<float> silence = stackalloc float[256];
        while (_outputCount < total)
        {
            Fill(silence);
            Emit(_filter, output, total);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    /// <summary>round(count × up / down), halves upwards, without overflow.</summary>
    internal static long OutputLength(long count, int up, int down)
    {
        (long whole, long rest) = Math.DivRem(count, down);
        return (whole * up) + (((2 * rest * up) + down) / (2L * down));
    }

    private static void PassThrough(ReadOnlySpan<float> input, IBufferWriter<float> output)
    {
        if (input.IsEmpty)
        {
            return;
        }

        Span<float> target = output.GetSpan(input.Length);
        for (int i = 0; i < input.Length; i++)
        {
            target[i] = Math.Clamp(input[i], -1f, 1f);
        }

        output.Advance(input.Length);
    }

    /// <summary>Copies as much input as fits behind the window, moving the window to the front when the end is reached.</summary>
    private int Fill(ReadOnlySpan<float> input)
    {
        float[] buffer = _buffer!;
        if (_end == buffer.Length)
        {
            buffer.AsSpan(_start, _end - _start).CopyTo(buffer);
            _end -= _start;
            _start = 0;
        }

        int count = Math.Min(input.Length, buffer.Length - _end);
        input[..count].CopyTo(buffer.AsSpan(_end));
        _end += count;
        return count;
    }

    private void Emit(PolyphaseFilter filter, IBufferWriter<float> output, long limit)
    {
        int available = _end - _start - filter.Taps;
        if (available < 0)
        {
            return;
        }

        // At least as many outputs as the input so far can give; the loop stops where the input does.
        long most = ((available + 1L) * filter.Up / filter.Down) + 1;
        int room = (int)Math.Min(most, limit - _outputCount);
        if (room <= 0)
        {
            return;
        }

        Span<float> target = output.GetSpan(room);
        ReadOnlySpan<float> buffer = _buffer.AsSpan(0, _end);
        int written = 0;
        while (written < room && _start + filter.Taps <= buffer.Length)
        {
            float value = Filter(filter, buffer.Slice(_start, filter.Taps));
            target[written++] = Math.Clamp(value, -1f, 1f);
            _start += _wholeStep;
            _phase += _phaseStep;
            if (_phase >= filter.Up)
            {
                _phase -= filter.Up;
                _start++;
            }
        }

        output.Advance(written);
        _outputCount += written;
    }

    private float Filter(PolyphaseFilter filter, ReadOnlySpan<float> window)
    {
        if (filter.IsExact)
        {
            return InnerProduct.Compute(window, filter.Row(_phase));
        }

        (long row, long rest) = Math.DivRem((long)_phase * filter.RowCount, filter.Up);
        float below = InnerProduct.Compute(window, filter.Row((int)row));
        float above = InnerProduct.Compute(window, filter.Row((int)row + 1));
        return below + ((above - below) * ((float)rest / filter.Up));
    }
}
