using System.Text.Json;

namespace Paraformer.Engine.Tests;

/// <summary>Vectors and answers that a program under eng/reference has written.</summary>
internal sealed class GoldenVectors
{
    private readonly byte[] _data;
    private readonly JsonElement _arrays;

    private GoldenVectors(byte[] data, JsonElement root)
    {
        _data = data;
        _arrays = root.GetProperty("arrays");
        Cases = [.. root.GetProperty("cases").EnumerateArray()];
    }

    public IReadOnlyList<JsonElement> Cases { get; }

    public static GoldenVectors Read(string folder)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        return new GoldenVectors(File.ReadAllBytes(Path.Combine(folder, "golden.bin")), document.RootElement.Clone());
    }

    /// <summary>An array, flat.</summary>
    public float[] this[string name]
    {
        get
        {
            JsonElement array = _arrays.GetProperty(name);
            var values = new float[array.GetProperty("shape").EnumerateArray().Aggregate(1, (product, d) => product * d.GetInt32())];
            Buffer.BlockCopy(_data, array.GetProperty("offset").GetInt32() * 4, values, 0, values.Length * 4);
            return values;
        }
    }

    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];

    public static double[] Doubles(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetDouble())];

    /// <summary>The largest difference must not be above 1e-3.</summary>
    public static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        float largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, float.IsFinite(actual[i]) ? Math.Abs(expected[i] - actual[i]) : float.PositiveInfinity);
        }

        Assert.InRange(largest, 0, 1e-3f);
    }
}
