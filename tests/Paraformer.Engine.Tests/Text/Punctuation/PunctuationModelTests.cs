using System.Text.Json;
using Paraformer.Engine.Text;

namespace Paraformer.Engine.Tests.Text.Punctuation;

/// <summary>The embedded networks against what training computed, written by eng/training/punctuation/golden.py.</summary>
public sealed class PunctuationModelTests
{
    [Fact]
    public void Probabilities_are_those_of_training()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Text", "Punctuation", "networks.json")));
        foreach (string name in new[] { "words", "characters" })
        {
            using PunctuationModel model = PunctuationModel.Load(name);
            foreach (JsonElement item in golden.RootElement.EnumerateArray())
            {
                string language = item.GetProperty("language").GetString()!;
                if ((language is "zh" or "yue" or "ja") != (name == "characters"))
                {
                    continue;
                }

                string[] units = [.. item.GetProperty("units").EnumerateArray().Select(unit => unit.GetString()!)];
                var memory = new PunctuationMemory();
                model.Run(units, language, isFinal: true, memory);
                Assert.Equal(units.Length, memory.Units.Units.Count);
                AssertNear(item.GetProperty("marks"), memory.Marks.AsSpan(model.Delay * PunctuationModel.Marks, units.Length * PunctuationModel.Marks), language);
                AssertNear(item.GetProperty("cases"), memory.Cases.AsSpan(model.Delay * PunctuationModel.Cases, units.Length * PunctuationModel.Cases), language);
            }
        }
    }

    [Fact]
    public void A_networks_size_is_bounded()
    {
        long size = typeof(PunctuationModel).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("Paraformer.Engine.Text.punctuation-", StringComparison.Ordinal))
            .Sum(name => typeof(PunctuationModel).Assembly.GetManifestResourceStream(name)!.Length);
        Assert.InRange(size, 1_000_000, 8_000_000);
    }

    private static void AssertNear(JsonElement expected, ReadOnlySpan<float> actual, string language)
    {
        float[] values = [.. expected.EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(value => value.GetSingle())];
        Assert.Equal(values.Length, actual.Length);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(values[i] - actual[i]) < 0.002f, $"{language}, value {i}: {actual[i]} for {values[i]}");
        }
    }
}
