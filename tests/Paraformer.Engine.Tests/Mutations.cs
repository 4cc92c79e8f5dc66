namespace Paraformer.Engine.Tests;

/// <summary>Ways to damage a file, the same on every run: noise, cuts, flipped bits, sizes that are far too large, doubled and lost pieces.</summary>
internal static class Mutations
{
    /// <summary>Damaged copies, each with what was done.</summary>
    /// <param name="original">The whole file.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Chooses them.</param>
    public static IEnumerable<(string What, byte[] Content)> Of(byte[] original, int count, int seed)
    {
        var random = new Random(seed);
        yield return ("empty", []);
        for (int i = 1; i < count; i++)
        {
            // Half of all damage lies near the beginning, where sizes and names stand.
            int at = random.Next(i % 2 == 0 ? original.Length : Math.Min(original.Length, 2048));
            int length = Math.Min(original.Length - at, 1 + random.Next(64));
            byte[] copy = [.. original];
            switch (i % 8)
            {
                case 0:
                    random.NextBytes(copy);
                    yield return ("noise", copy);
                    break;
                case 1:
                    yield return ($"cut at {at}", copy[..at]);
                    break;
                case 2 or 3:
                    copy[at] ^= (byte)(1 << random.Next(8));
                    yield return ($"a bit flipped at {at}", copy);
                    break;
                case 4:
                    random.NextBytes(copy.AsSpan(at, length));
                    yield return ($"{length} bytes of noise at {at}", copy);
                    break;
                case 5:
                    byte[] size = [(byte)random.Next(256), 0xFF, 0xFF, 0x7F];
                    size.AsSpan(0, Math.Min(4, original.Length - at)).CopyTo(copy.AsSpan(at));
                    yield return ($"a huge number at {at}", copy);
                    break;
                case 6:
                    yield return ($"{length} bytes doubled at {at}", [.. copy[..(at + length)], .. copy[at..]]);
                    break;
                default:
                    yield return ($"{length} bytes lost at {at}", [.. copy[..at], .. copy[(at + length)..]]);
                    break;
            }
        }
    }
}
