namespace Paraformer.Fuzz;

/// <summary>Changes inputs at random, the ways that break parsers: bits, lengths, repeated and missing pieces, splices.</summary>
internal sealed class Mutator(Random random, int maxSize)
{
    private static readonly byte[] Edges = [0, 1, 0x7F, 0x80, 0xFE, 0xFF];

    public byte[] Mutate(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            Once(bytes, other);
        }

        return bytes.Count > maxSize ? [.. bytes.Take(maxSize)] : [.. bytes];
    }

    private void Once(List<byte> bytes, byte[] other)
    {
        int at = random.Next(bytes.Count + 1);
        int length = Math.Min(random.Next(1, 1 << random.Next(1, 9)), bytes.Count - at);
        switch (random.Next(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when at < bytes.Count:
                bytes[at] = Edges[random.Next(Edges.Length)];
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 5:
                byte[] noise = new byte[random.Next(1, 40)];
                random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
            case 6 when other.Length > 0:
                int from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(random.Next(1, 300), other.Length - from)).ToArray());
                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }
}
