using System.Runtime.InteropServices;
using Paraformer.Audio.Probing;

namespace Paraformer.Audio.Compressed;

/// <summary>
/// Finds out by a stream's first bytes whether it is what was stated, before they are read as that. Holds them back for
/// one frame at most.
/// </summary>
internal sealed class StreamSniffer(AudioCodec stated)
{
    private readonly List<byte> _held = [];
    private long _tagLeft;

    /// <summary>Whether it is decided.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    /// <returns>All bytes so far but tags, when it is decided; null when more are needed.</returns>
    /// <exception cref="AudioFormatException">The stream is something else.</exception>
    public byte[]? Add(ReadOnlySpan<byte> data, bool isAll)
    {
        SkipTag(ref data);
        _held.AddRange(data);
        while (true)
        {
            ReadOnlySpan<byte> bytes = CollectionsMarshal.AsSpan(_held);
            if (stated is AudioCodec.Mp3 or AudioCodec.Aac && Id3Tag.TryRead(bytes, out long tag))
            {
                // Both are found behind such tags, which say nothing of what follows.
                int here = (int)Math.Min(tag, bytes.Length);
                _held.RemoveRange(0, here);
                _tagLeft = tag - here;
                continue;
            }

            return Decide(bytes, isAll);
        }
    }

    private byte[]? Decide(ReadOnlySpan<byte> bytes, bool isAll)
    {
        Match match = ContainerSignatures.Detect(bytes[..Math.Min(bytes.Length, ContainerSignatures.Window)], isAll, out DetectedFormat? found);
        if (match == Match.NeedsMore)
        {
            return null;
        }

        if (found is not null && found.Codec != stated)
        {
            throw new AudioFormatException(
                AudioFormatError.Undecodable,
                $"The stream is {found.Describe()}, but the stated format is {AudioDecoders.NameOf(stated)}: {AudioDecoders.Advice(found)}.");
        }

        IsDone = true;
        byte[] held = bytes.ToArray();
        _held.Clear();
        return held;
    }

    private void SkipTag(ref ReadOnlySpan<byte> data)
    {
        int count = (int)Math.Min(_tagLeft, data.Length);
        _tagLeft -= count;
        data = data[count..];
    }
}
