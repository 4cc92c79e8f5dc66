using Paraformer.Audio.Compressed;

namespace Paraformer.Audio;

/// <summary>
/// Tells how much time the bytes of a compressed stream stand for, without decoding them: for sending a file at the speed
/// at which it was spoken. Not thread-safe.
/// </summary>
public sealed class EncodedAudioClock : IDisposable
{
    private readonly PacketReader _reader;
    private readonly Counter _counter = new();
    private bool _isBroken;

    /// <summary>Makes a clock at zero.</summary>
    /// <param name="codec">One of the five compressed formats.</param>
    /// <exception cref="ArgumentOutOfRangeException"><c>pcm</c> and <c>wav</c> need none: their bytes per second are fixed.</exception>
    public EncodedAudioClock(AudioCodec codec) => _reader = PacketReader.Create(codec);

    /// <summary>The time of the packets that have wholly been added.</summary>
    public TimeSpan Elapsed => TimeSpan.FromSeconds(_counter.Seconds);

    /// <summary>Adds the next bytes. From the first that are not what the format allows on, the clock stands still: saying so is the decoder's part.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_isBroken)
        {
            return;
        }

        try
        {
            _reader.Read(bytes, _counter);
        }
        catch (AudioFormatException)
        {
            _isBroken = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isBroken = true;
        _reader.Dispose();
    }

    private sealed class Counter : IPacketSink
    {
        private int _rate = 1;

        public double Seconds { get; private set; }

        public void Begin(CompressedStream stream) => _rate = stream.SampleRate;

        public void Packet(ReadOnlySpan<byte> packet, int duration) => Seconds += (double)duration / _rate;

        public void Silence(int duration) => Seconds += (double)duration / _rate;

        public void EndAt(long samples)
        {
        }
    }
}
