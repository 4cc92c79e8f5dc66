namespace Paraformer.Audio.Tests;

/// <summary>
/// Test audio in one encoding with the values that it must decode to. The bytes are written from the values, so nothing
/// here reads bytes the way the library does; G.711 values come from the closed form of the standard.
/// </summary>
internal sealed record StoredSamples(byte[] Bytes, double[] Mono)
{
    public static StoredSamples Make(string encoding, int channels, int frames, int seed)
    {
        var random = new Random(seed);
        var bytes = new List<byte>();
        var mono = new double[frames];
        for (int frame = 0; frame < frames; frame++)
        {
            double sum = 0;
            for (int channel = 0; channel < channels; channel++)
            {
                (byte[] stored, double value) = One(encoding, random);
                bytes.AddRange(stored);
                sum += value;
            }

            mono[frame] = sum / channels;
        }

        return new StoredSamples([.. bytes], mono);
    }

    private static (byte[] Stored, double Value) One(string encoding, Random random)
    {
        double wanted = (random.NextDouble() * 2) - 1;
        bool bigEndian = encoding.EndsWith("be", StringComparison.Ordinal);
        switch (encoding)
        {
            case "u8":
                byte level = (byte)random.Next(256);
                return ([level], (level / 128.0) - 1);
            case "alaw":
                byte a = (byte)random.Next(256);
                return ([a], ALaw(a));
            case "mulaw":
                byte mu = (byte)random.Next(256);
                return ([mu], MuLaw(mu));
            case "f32le" or "f32be":
                float single = (float)wanted;
                return (Order(BitConverter.GetBytes(single), bigEndian), single);
            case "f64le" or "f64be":
                return (Order(BitConverter.GetBytes(wanted), bigEndian), wanted);
            default:
                int bits = int.Parse(encoding[1..3], System.Globalization.CultureInfo.InvariantCulture);
                long step = (long)Math.Floor(wanted * Math.Pow(2, bits - 1));
                return (Order(BitConverter.GetBytes(step)[..(bits / 8)], bigEndian), step / Math.Pow(2, bits - 1));
        }
    }

    private static byte[] Order(byte[] littleEndian, bool bigEndian)
    {
        if (bigEndian)
        {
            Array.Reverse(littleEndian);
        }

        return littleEndian;
    }

    public static double ALaw(byte code)
    {
        int inverted = code ^ 0x55;
        int exponent = inverted / 16 % 8;
        int mantissa = inverted % 16;
        double steps = exponent == 0 ? (2 * mantissa) + 1 : ((2 * mantissa) + 33) * Math.Pow(2, exponent - 1);
        return (inverted >= 128 ? 1 : -1) * steps / 4096;
    }

    public static double MuLaw(byte code)
    {
        int inverted = 255 - code;
        int exponent = inverted / 16 % 8;
        int mantissa = inverted % 16;
        double steps = (((2 * mantissa) + 33) * Math.Pow(2, exponent)) - 33;
        return (inverted >= 128 ? -1 : 1) * steps / 8192;
    }
}
