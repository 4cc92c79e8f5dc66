using System.Buffers;
using Paraformer.Audio.Compressed;
using Paraformer.Audio.Pcm;
using Paraformer.Audio.Probing;

namespace Paraformer.Audio.Wav;

/// <summary>
/// Decodes streams stated as <c>pcm</c> or <c>wav</c>. Clients mix the two up, so the first bytes decide: a WAV header
/// counts in both, and without one both are raw 16-bit mono. A stream that is plainly something else is refused.
/// </summary>
internal sealed class PcmWavDecoder : StreamingAudioDecoder
{
    private readonly AudioCodec _stated;
    private readonly int _statedSampleRate;

    private State _state = State.Sniffing;
    private byte[]? _firstBytes;
    private int _firstCount;
    private WavHeaderReader? _header;
    private PcmStream? _samples;
    private long _dataLeft = long.MaxValue;
    private AudioStreamInfo? _info;
    private AudioFormatException? _failure;

    public PcmWavDecoder(AudioCodec stated, int statedSampleRate, int outputRate)
    {
        _stated = stated;
        _statedSampleRate = statedSampleRate;
        OutputRate = outputRate;
    }

    private enum State
    {
        Sniffing,
        Header,
        Samples,
        Completed,
        Disposed,
    }

    public override int OutputRate { get; }

    public override AudioStreamInfo? Info => _info;

    public override void Decode(ReadOnlySpan<byte> data, IBufferWriter<float> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        ThrowIfUnusable();
        if (_state == State.Completed)
        {
            throw new InvalidOperationException("The stream has been completed; make a new decoder for another stream.");
        }

        try
        {
            if (_state == State.Sniffing)
            {
                SniffAndDecode(data, output);
            }
            else
            {
                DecodeKnown(data, output);
            }
        }
        catch (AudioFormatException e)
        {
            _failure = e;
            throw;
        }
    }

    public override void Complete(IBufferWriter<float> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        ThrowIfUnusable();
        if (_state == State.Completed)
        {
            return;
        }

        try
        {
            if (_state == State.Sniffing)
            {
                Sniff(_firstBytes.AsSpan(0, _firstCount), isAll: true);
                DecodeFirstBytes(output);
            }

            if (_state == State.Header)
            {
                throw _header!.Ended();
            }
        }
        catch (AudioFormatException e)
        {
            _failure = e;
            throw;
        }

        _samples!.Complete(output);
        _state = State.Completed;
    }

    protected override void Dispose(bool disposing)
    {
        _state = State.Disposed;
        _samples?.Dispose();
        ReturnFirstBytes();
        base.Dispose(disposing);
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        if (_failure is { } failure)
        {
            throw new AudioFormatException(failure.Error, failure.Message);
        }
    }

    private void SniffAndDecode(ReadOnlySpan<byte> data, IBufferWriter<float> output)
    {
        if (_firstCount == 0 && Sniff(data, isAll: false))
        {
            DecodeKnown(data, output);
            return;
        }

        _firstBytes ??= ArrayPool<byte>.Shared.Rent(ContainerSignatures.Window);
        int taken = Math.Min(data.Length, ContainerSignatures.Window - _firstCount);
        data[..taken].CopyTo(_firstBytes.AsSpan(_firstCount));
        _firstCount += taken;
        if (Sniff(_firstBytes.AsSpan(0, _firstCount), isAll: false))
        {
            DecodeFirstBytes(output);
            DecodeKnown(data[taken..], output);
        }
    }

    /// <summary>Finds out what the stream is and moves on from <see cref="State.Sniffing"/>.</summary>
    /// <returns>False when more bytes are needed.</returns>
    private bool Sniff(ReadOnlySpan<byte> firstBytes, bool isAll)
    {
        Match match = ContainerSignatures.Detect(firstBytes, isAll, out DetectedFormat? found);
        if (match == Match.NeedsMore)
        {
            return false;
        }

        if (found is { Codec: AudioCodec.Wav })
        {
            _header = new WavHeaderReader();
            _state = State.Header;
            return true;
        }

        string stated = AudioDecoders.NameOf(_stated);
        if (found is not null)
        {
            throw new AudioFormatException(
                AudioFormatError.Undecodable,
                $"The stream is {found.Describe()}, but the stated format is {stated}: {AudioDecoders.Advice(found)}.");
        }

        Match text = _stated == AudioCodec.Wav ? TextDetector.Detect(firstBytes, isAll) : Match.No;
        if (text == Match.NeedsMore)
        {
            return false;
        }

        if (text == Match.Yes)
        {
            throw new AudioFormatException(
                AudioFormatError.Undecodable,
                $"The stream is text, not audio, but the stated format is {stated}: check which file is sent.");
        }

        _info = new AudioStreamInfo("raw", SampleEncoding.S16Le.ShortName(), _statedSampleRate, 1, 16);
        _samples = new PcmStream(SampleEncoding.S16Le, 1, _statedSampleRate, OutputRate);
        _state = State.Samples;
        return true;
    }

    private void DecodeFirstBytes(IBufferWriter<float> output)
    {
        if (_firstBytes is not null)
        {
            DecodeKnown(_firstBytes.AsSpan(0, _firstCount), output);
            ReturnFirstBytes();
        }
    }

    private void DecodeKnown(ReadOnlySpan<byte> data, IBufferWriter<float> output)
    {
        if (_state == State.Header)
        {
            if (!_header!.Read(ref data))
            {
                return;
            }

            WavFormat format = _header.Format;
            if (format.SampleRate != _statedSampleRate)
            {
                throw StatedRate.Contradiction(_statedSampleRate, format.SampleRate, AudioDecoders.NameOf(AudioCodec.Wav));
            }

            _info = format.ToInfo();
            _dataLeft = _header.DataSize ?? long.MaxValue;
            _samples = new PcmStream(format.Encoding, format.Channels, format.SampleRate, OutputRate);
            _header = null;
            _state = State.Samples;
        }

        // What follows the data chunk (tags, cue points) is no audio.
        int count = (int)Math.Min(data.Length, _dataLeft);
        _samples!.Write(data[..count], output);
        _dataLeft -= count;
    }

    private void ReturnFirstBytes()
    {
        if (_firstBytes is { } bytes)
        {
            _firstBytes = null;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
