using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Paraformer.Audio.Workers;

namespace Paraformer.Audio.Compressed;

/// <summary>Takes one packet's samples.</summary>
/// <param name="mono">The samples, valid during the call.</param>
/// <param name="sampleRate">Samples per second; 0 where the packet could not be decoded.</param>
/// <param name="channels">Channels before they were mixed.</param>
/// <param name="duration">The packet's length as it was given.</param>
internal delegate void DecodedPacketHandler(ReadOnlySpan<float> mono, int sampleRate, int channels, int duration);

/// <summary>Reads what a worker says that packets hold. A stream may have taken the worker over: nothing is trusted.</summary>
internal static class WorkerAnswer
{
    private const int MaxChannels = 255;

    /// <summary>Reads it.</summary>
    /// <param name="answer">The result of <see cref="WorkerProtocol.Decode"/>.</param>
    /// <param name="durations">The packets' lengths as they were given.</param>
    /// <param name="handler">Takes each packet's samples.</param>
    /// <exception cref="InvalidDataException">It is too short or says something impossible.</exception>
    public static void Read(ReadOnlySpan<byte> answer, IReadOnlyList<int> durations, DecodedPacketHandler handler)
    {
        foreach (int duration in durations)
        {
            if (answer.Length < WorkerProtocol.PacketResultHeaderSize)
            {
                throw new InvalidDataException("an answer that is too short");
            }

            int count = BinaryPrimitives.ReadInt32LittleEndian(answer);
            int rate = BinaryPrimitives.ReadInt32LittleEndian(answer[4..]);
            int channels = BinaryPrimitives.ReadInt32LittleEndian(answer[8..]);
            answer = answer[WorkerProtocol.PacketResultHeaderSize..];
            if (count < 0)
            {
                handler([], 0, 0, duration);
                continue;
            }

            if (count > answer.Length / sizeof(float) || rate is < 1000 or > 768_000 || channels is < 1 or > MaxChannels)
            {
                throw new InvalidDataException("an answer with impossible figures");
            }

            handler(MemoryMarshal.Cast<byte, float>(answer[..(count * sizeof(float))]), rate, channels, duration);
            answer = answer[(count * sizeof(float))..];
        }
    }
}
