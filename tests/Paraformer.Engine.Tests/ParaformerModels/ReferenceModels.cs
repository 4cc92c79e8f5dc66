using System.Runtime.InteropServices;
using System.Text.Json;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.ParaformerModels;

/// <summary>The small models of <c>eng/reference/paraformer</c> and what they must give.</summary>
internal static class ReferenceModels
{
    public const float Tolerance = 1e-3f;
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "ParaformerModels", "reference");
    private static readonly JsonElement s_golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(s_folder, "golden.json"))).RootElement;
    private static readonly byte[] s_data = File.ReadAllBytes(Path.Combine(s_folder, "golden.bin"));

    /// <summary>The speech that the goldens were made of.</summary>
    public static float[] Speech { get; } = WaveFile.Read16BitMono(Samples.PathOf("austen-0880.wav"));

    public static IEnumerable<JsonElement> Cases(string kind) => s_golden.GetProperty("cases").EnumerateArray().Where(c => c.GetProperty("kind").GetString() == kind);

    public static InstalledPack Pack(string name) => PackIn(Path.Combine(s_folder, name));

    public static InstalledPack PackIn(string folder) => new(
        new PackDescriptor { Id = "small", Kind = "paraformer", Description = "random weights", Licence = "none", Languages = ["zh", "en"] }, folder);

    /// <summary>A copy of a pack to damage.</summary>
    public static string Copy(string name)
    {
        string target = Directory.CreateTempSubdirectory("paraformer-pack-").FullName;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(s_folder, name)))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        return target;
    }

    public static bool Has(string name) => s_golden.GetProperty("arrays").TryGetProperty(name, out _);

    public static float[] Array(string name)
    {
        JsonElement entry = s_golden.GetProperty("arrays").GetProperty(name);
        int count = entry.GetProperty("shape").EnumerateArray().Aggregate(1, (product, d) => product * d.GetInt32());
        return MemoryMarshal.Cast<byte, float>(s_data).Slice(entry.GetProperty("offset").GetInt32(), count).ToArray();
    }

    public static int[] Numbers(JsonElement test, string name) => [.. test.GetProperty(name).EnumerateArray().Select(n => n.GetInt32())];

    public static void AssertClose(string name, ReadOnlySpan<float> actual)
    {
        float[] expected = Array(name);
        Assert.True(expected.Length == actual.Length, $"{name}: {actual.Length} values instead of {expected.Length}");
        float worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
        }

        Assert.True(worst <= Tolerance, $"{name}: off by {worst}");
    }

    public static int[] IndexOfMax(ReadOnlySpan<float> rows, int width)
    {
        var ids = new int[rows.Length / width];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(rows.Slice(i * width, width));
        }

        return ids;
    }
}
