using Paraformer.Audio;
using Paraformer.Audio.Compressed;

namespace Paraformer.Fuzz;

/// <summary>The parsers of bytes that come from outside, and what must hold for whatever they are given.</summary>
internal static class Targets
{
    private const long MaxAllocatedBytes = 16 * 1024 * 1024;

    public static IReadOnlyDictionary<string, Func<byte[], int, int>> All { get; } = new Dictionary<string, Func<byte[], int, int>>
    {
        ["mp3"] = (bytes, chunk) => Packets(AudioCodec.Mp3, bytes, chunk),
        ["opus"] = (bytes, chunk) => Packets(AudioCodec.Opus, bytes, chunk),
        ["speex"] = (bytes, chunk) => Packets(AudioCodec.Speex, bytes, chunk),
        ["aac"] = (bytes, chunk) => Packets(AudioCodec.Aac, bytes, chunk),
        ["amr"] = (bytes, chunk) => Packets(AudioCodec.Amr, bytes, chunk),
        ["wav"] = Wav,
        ["sniff"] = Sniff,
        ["probe"] = Probe,
        ["answer"] = Answer,
    };

    /// <summary>Runs one input in one piece and in small ones.</summary>
    /// <returns>A number that stands for what the parser did: equal for inputs that it treats alike.</returns>
    /// <exception cref="InvalidOperationException">Something does not hold.</exception>
    public static int Run(string target, byte[] input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        int whole = All[target](input, int.MaxValue);
        int pieces = All[target](input, 1 + (input.Length % 61));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return whole != pieces ? throw new InvalidOperationException("the pieces in which the input comes make a difference")
            : allocated > MaxAllocatedBytes ? throw new InvalidOperationException($"{allocated} bytes were allocated for {input.Length}")
            : whole;
    }

    private static int Packets(AudioCodec codec, byte[] input, int chunk)
    {
        var sink = new Recorder();
        using PacketReader reader = PacketReader.Create(codec);
        try
        {
            foreach (ReadOnlyMemory<byte> piece in Cut(input, chunk))
            {
                reader.Read(piece.Span, sink);
            }

            reader.Complete(sink);
            return sink.Outcome(0);
        }
        catch (AudioFormatException)
        {
            return sink.Outcome(1);
        }
    }

    private static int Wav(byte[] input, int chunk)
    {
        var output = new System.Buffers.ArrayBufferWriter<float>();
        int rate = input.Length > 27 && BitConverter.ToInt32(input, 24) is >= 1000 and <= 768_000 and int stated ? stated : 16000;
        using StreamingAudioDecoder decoder = AudioDecoders.Create(AudioCodec.Wav, rate, 16000);
        try
        {
            foreach (ReadOnlyMemory<byte> piece in Cut(input, chunk))
            {
                decoder.Decode(piece.Span, output);
            }

            decoder.Complete(output);
            return HashCode.Combine(decoder.Info, output.WrittenCount / 16);
        }
        catch (AudioFormatException e)
        {
            return e.Message.Length;
        }
    }

    private static int Sniff(byte[] input, int chunk)
    {
        var sniffer = new StreamSniffer(AudioCodec.Mp3);
        try
        {
            foreach (ReadOnlyMemory<byte> piece in Cut(input, chunk))
            {
                if (!sniffer.IsDone)
                {
                    sniffer.Add(piece.Span, isAll: false);
                }
            }

            return sniffer.IsDone || sniffer.Add([], isAll: true) is not null ? 1 : throw new InvalidOperationException("never decided");
        }
        catch (AudioFormatException e)
        {
            return e.Message.GetHashCode(StringComparison.Ordinal);
        }
    }

    // A file is described alike whether the stream can seek or not; its length is known only where it can.
    private static int Probe(byte[] input, int chunk)
    {
        using var stream = new ChunkStream(input, chunk, canSeek: input.Length % 2 == 0);
        AudioProbeResult? result = AudioProbe.ProbeAsync(stream).GetAwaiter().GetResult();
        if (result is null)
        {
            return 0;
        }

        return result.CanDecode == result.Problem is null && result.SampleRate is null or (>= 1000 and <= 768_000) && result.Channels is null or > 0 && !(result.Duration < TimeSpan.Zero)
            ? HashCode.Combine(result.Container, result.Encoding, result.Codec, result.SampleRate, result.Channels, result.BitsPerSample, result.Problem?.Length)
            : throw new InvalidOperationException($"an impossible description: {result}");
    }

    /// <summary>What a worker answers: the first byte says how many packets were asked for, the rest is the answer.</summary>
    private static int Answer(byte[] input, int chunk)
    {
        int[] durations = input.Length == 0 ? [960] : [.. Enumerable.Repeat(960, (input[0] % 32) + 1)];
        var output = new System.Buffers.ArrayBufferWriter<float>();
        using var track = new SoundTrack(16000);
        track.Begin(new CompressedStream(AudioCodec.Opus, "ogg", "opus", 48000, 48000, 1, 312, []), output);
        int packets = 0;
        try
        {
            WorkerAnswer.Read(input.AsSpan(Math.Min(1, input.Length)), durations, (mono, rate, channels, duration) =>
            {
                packets++;
                if (rate == 0)
                {
                    track.AddSilence(duration);
                }
                else
                {
                    track.Add(mono, rate, duration, output);
                }
            });
            track.Complete(output);
            return HashCode.Combine(packets, Math.Min(output.WrittenCount / 64, 50));
        }
        catch (InvalidDataException)
        {
            return -packets - 1;
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Cut(byte[] input, int chunk)
    {
        for (int at = 0; at < input.Length; at += Math.Min(chunk, input.Length - at))
        {
            yield return input.AsMemory(at, Math.Min(chunk, input.Length - at));
        }
    }

    /// <summary>Gives its bytes in pieces.</summary>
    private sealed class ChunkStream(byte[] bytes, int chunk, bool canSeek) : MemoryStream(bytes, writable: false)
    {
        public override bool CanSeek => canSeek;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }

    private sealed class Recorder : IPacketSink
    {
        private HashCode _hash;
        private bool _hasStream;
        private int _packets;

        public void Begin(CompressedStream stream)
        {
            Check(stream.SampleRate is >= 1000 and <= 768_000 && stream.Skip >= 0 && stream.Channels >= 0, "an impossible stream");
            _hasStream = true;
            _hash.Add((stream.SampleRate, stream.NominalRate, stream.Channels, Math.Min(stream.Skip, 1)));
        }

        public void Packet(ReadOnlySpan<byte> packet, int duration)
        {
            Check(_hasStream && duration is > 0 and <= 32 * 1024 && !packet.IsEmpty, "an impossible packet");
            _packets++;
        }

        public void Silence(int duration)
        {
            Check(_hasStream && duration is > 0 and <= 32 * 1024, "an impossible pause");
            _packets++;
        }

        public void EndAt(long samples)
        {
            Check(_hasStream && samples >= 0, "an impossible end");
            _hash.Add(1);
        }

        public int Outcome(int way) => HashCode.Combine(_hash.ToHashCode(), Math.Min(_packets, 20), way);

        private static void Check(bool holds, string what)
        {
            if (!holds)
            {
                throw new InvalidOperationException(what);
            }
        }
    }
}
