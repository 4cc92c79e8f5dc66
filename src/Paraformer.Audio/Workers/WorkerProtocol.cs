namespace Paraformer.Audio.Workers;

/// <summary>
/// What goes over a worker's standard input and output, integers in little endian. Both ways a message is an int32 length
/// and that many bytes. A request is an operation (1 byte), a session (int32) and the operation's own fields; every
/// request but <see cref="Close"/> has one answer: a status (1 byte) and, with <see cref="Ok"/>, the operation's result,
/// else the reason in UTF-8.
/// </summary>
internal static class WorkerProtocol
{
    /// <summary>First request. Result: one byte for each codec number from 0, 1 where it can be decoded.</summary>
    public const byte Hello = 0;

    /// <summary>Makes a session: codec number (1 byte), then the codec's header as its container holds it.</summary>
    public const byte Open = 1;

    /// <summary>
    /// Decodes packets: each an int32 length and the bytes. Result for each packet: int32 sample count, int32 sample rate,
    /// int32 channel count, then the mono samples as 32-bit floats; a count of -1 says that the packet cannot be decoded.
    /// </summary>
    public const byte Decode = 2;

    /// <summary>Frees a session.</summary>
    public const byte Close = 3;

    public const byte Ok = 0;

    public const byte Failed = 1;

    public const int RequestHeaderSize = 1 + sizeof(int);

    /// <summary>Sample count, sample rate and channel count.</summary>
    public const int PacketResultHeaderSize = 3 * sizeof(int);

    public const int MaxRequestBytes = 256 * 1024;

    /// <summary>More than any packet of the five formats gives: 120 ms of Opus are 5,760.</summary>
    public const int MaxPacketSamples = 32 * 1024;

    public const int MaxPacketsPerRequest = 32;

    public const int MaxResponseBytes = 1 + (MaxPacketsPerRequest * (PacketResultHeaderSize + (MaxPacketSamples * sizeof(float))));

    // Codec numbers.
    public const byte Mp3 = 0;
    public const byte Opus = 1;
    public const byte Speex = 2;
    public const byte Aac = 3;
    public const byte Amr = 4;
    public const int CodecCount = 5;
}
