using System.Buffers;
using Paraformer.Audio.Resampling;

namespace Paraformer.Audio.Pcm;

/// <summary>Uncompressed samples of one stream, in pieces cut anywhere, to mono floats at the output rate.</summary>
internal sealed class PcmStream : IDisposable
{
    private const int BlockFrames = 2048;

    private readonly SampleEncoding _encoding;
    private readonly int _channels;
    private readonly int _frameSize;
    private readonly byte[] _partialFrame;
    private readonly Resampler _resampler;
    private float[]? _mono;
    private int _partialSize;

    public PcmStream(SampleEncoding encoding, int channels, int sampleRate, int outputRate)
    {
        _encoding = encoding;
        _channels = channels;
        _frameSize = encoding.ByteCount() * channels;
        _partialFrame = new byte[_frameSize];
        _resampler = new Resampler(sampleRate, outputRate);
        _mono = ArrayPool<float>.Shared.Rent(BlockFrames);
    }

    public void Write(ReadOnlySpan<byte> data, IBufferWriter<float> output)
    {
        if (_partialSize > 0)
        {
            int taken = Math.Min(_frameSize - _partialSize, data.Length);
            data[..taken].CopyTo(_partialFrame.AsSpan(_partialSize));
            data = data[taken..];
            _partialSize += taken;
            if (_partialSize < _frameSize)
            {
                return;
            }

            WriteFrames(_partialFrame, output);
            _partialSize = 0;
        }

        int whole = data.Length - (data.Length % _frameSize);
        WriteFrames(data[..whole], output);
        _partialSize = data.Length - whole;
        data[whole..].CopyTo(_partialFrame);
    }

    /// <summary>Ends the stream; a partial last frame is dropped.</summary>
    public void Complete(IBufferWriter<float> output) => _resampler.Complete(output);

    /// <inheritdoc/>
    public void Dispose()
    {
        _resampler.Dispose();
        if (_mono is { } mono)
        {
            _mono = null;
            ArrayPool<float>.Shared.Return(mono);
        }
    }

    private void WriteFrames(ReadOnlySpan<byte> frames, IBufferWriter<float> output)
    {
        ObjectDisposedException.ThrowIf(_mono is null, this);
        while (!frames.IsEmpty)
        {
            int count = Math.Min(frames.Length / _frameSize, BlockFrames);
            Span<float> mono = _mono.AsSpan(0, count);
            MonoMixer.Mix(frames[..(count * _frameSize)], _encoding, _channels, mono);
            _resampler.Write(mono, output);
            frames = frames[(count * _frameSize)..];
        }
    }
}
