using System.Buffers;
using Paraformer.Audio.Workers;

namespace Paraformer.Audio.Compressed;

/// <summary>Decodes MP3, Opus, Speex, AAC and AMR: finds the packets here, has them decoded in a worker process.</summary>
internal sealed class CompressedDecoder : StreamingAudioDecoder, IPacketSink
{
    // Silence costs next to nothing to encode: 60 ms of Opus may take two bytes. More than that is no speech.
    private const double SecondsPerByte = 32 / 1024.0;
    private const double FreeSeconds = 60;

    /// <summary>So much that cannot be decoded in a row is no damage any more.</summary>
    private const double MaxFailedSeconds = 3;

    private readonly AudioCodec _codec;
    private readonly int _statedRate;
    private readonly DecoderPool _pool;
    private readonly StreamSniffer _sniffer;
    private readonly PacketReader _reader;
    private readonly SoundTrack _track;
    private PacketDecoding? _decoding;
    private CompressedStream? _stream;
    private AudioStreamInfo? _info;
    private IBufferWriter<float>? _output;
    private AudioFormatException? _failure;
    private long _bytes;
    private double _failedSeconds;
    private bool _isRateChecked;
    private bool _hasSound;
    private bool _isCompleted;
    private bool _isDisposed;

    public CompressedDecoder(AudioCodec codec, int statedRate, int outputRate, DecoderPool pool)
    {
        _codec = codec;
        _statedRate = statedRate;
        _pool = pool;
        OutputRate = outputRate;
        _sniffer = new StreamSniffer(codec);
        _reader = PacketReader.Create(codec);
        _track = new SoundTrack(outputRate);
    }

    public override int OutputRate { get; }

    public override AudioStreamInfo? Info => _info;

    public override void Decode(ReadOnlySpan<byte> data, IBufferWriter<float> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        ThrowIfUnusable();
        if (_isCompleted)
        {
            throw new InvalidOperationException("The stream has been completed; make a new decoder for another stream.");
        }

        _output = output;
        try
        {
            _bytes += data.Length;
            if (_sniffer.IsDone)
            {
                _reader.Read(data, this);
            }
            else if (_sniffer.Add(data, isAll: false) is { } held)
            {
                _reader.Read(held, this);
            }

            _decoding?.Flush();
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
        if (_isCompleted)
        {
            return;
        }

        _output = output;
        try
        {
            if (!_sniffer.IsDone && _sniffer.Add([], isAll: true) is { } held)
            {
                _reader.Read(held, this);
            }

            _reader.Complete(this);
            _decoding?.Flush();
            if (!_hasSound)
            {
                throw new AudioFormatException(AudioFormatError.Undecodable, $"Nothing in the stream can be decoded as {AudioDecoders.NameOf(_codec)}.");
            }
        }
        catch (AudioFormatException e)
        {
            _failure = e;
            throw;
        }

        _track.Complete(output);
        _isCompleted = true;
    }

    void IPacketSink.Begin(CompressedStream stream)
    {
        _decoding?.Flush();
        if (_stream is null)
        {
            StatedRate.CheckHeader(_statedRate, stream);
        }

        _stream = stream;
        _info = new AudioStreamInfo(stream.Container, stream.Encoding, stream.NominalRate, Math.Max(1, stream.Channels), null);
        _track.Begin(stream, _output!);
        _decoding?.Dispose();
        _decoding = new PacketDecoding(_pool, AudioDecoders.WorkerCodec(stream.Codec), stream.Header, OnDecoded);
    }

    void IPacketSink.Packet(ReadOnlySpan<byte> packet, int duration) => _decoding!.Add(packet, duration);

    void IPacketSink.Silence(int duration)
    {
        _decoding!.Flush();
        _track.AddPause(duration, _output!);
        _hasSound = true;
    }

    void IPacketSink.EndAt(long samples)
    {
        _decoding?.Flush();
        _track.EndAt(samples);
    }

    protected override void Dispose(bool disposing)
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _decoding?.Dispose();
            _reader.Dispose();
            _track.Dispose();
        }

        base.Dispose(disposing);
    }

    private void OnDecoded(ReadOnlySpan<float> mono, int sampleRate, int channels, int duration)
    {
        CompressedStream stream = _stream!;
        if (sampleRate == 0)
        {
            _track.AddSilence(duration);
            _failedSeconds += (double)duration / stream.SampleRate;
            if (_failedSeconds > MaxFailedSeconds)
            {
                throw new AudioFormatException(
                    AudioFormatError.Undecodable, $"More than {MaxFailedSeconds} s of the {AudioDecoders.NameOf(_codec)} stream from {_track.Seconds:0.0} s on cannot be decoded: it is damaged.");
            }

            return;
        }

        if (!_isRateChecked)
        {
            _isRateChecked = true;
            StatedRate.CheckDecoded(_statedRate, stream, sampleRate);
        }

        _hasSound = true;
        _failedSeconds = 0;
        if (stream.Codec != AudioCodec.Opus && (sampleRate != _info!.SampleRate || channels != _info.Channels))
        {
            _info = _info with { SampleRate = sampleRate, Channels = channels };
        }

        _track.Add(mono, sampleRate, duration, _output!);
        if (_track.Seconds > FreeSeconds + (_bytes * SecondsPerByte))
        {
            throw new AudioFormatException(
                AudioFormatError.Undecodable, $"{_bytes} bytes hold more than {_track.Seconds:0} s of audio, which no recording of speech does: the stream is cut off here.");
        }
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_failure is { } failure)
        {
            throw new AudioFormatException(failure.Error, failure.Message);
        }
    }
}
