using System.Numerics.Tensors;
using Paraformer.Engine.Tokens;

namespace Paraformer.Engine.SenseVoice;

/// <summary>The tags that SenseVoice puts before the text: what kinds there are and which tokens they are.</summary>
internal sealed class SenseVoiceTags
{
    private static readonly string[][] s_names =
    [
        ["zh", "en", "yue", "ja", "ko", "nospeech"],
        ["HAPPY", "SAD", "ANGRY", "NEUTRAL", "FEARFUL", "DISGUSTED", "SURPRISED", "EMO_UNKNOWN"],
        ["Speech", "BGM", "Applause", "Laughter", "Cry", "Sneeze", "Breath", "Cough", "Sing", "Speech_Noise", "GBG", "Event_UNK"],
        ["withitn", "woitn"],
    ];

    private readonly (string Name, int Token)[][] _kinds;

    /// <exception cref="FormatException">The vocabulary lacks the tags.</exception>
    public SenseVoiceTags(TokenTable table)
    {
        _kinds = [.. s_names.Select(names => names.Select(name => (name, table.IdOf($"<|{name}|>"))).Where(tag => tag.Item2 >= 0).ToArray())];
        int missing = Array.FindIndex(_kinds, kind => kind.Length == 0);
        if (missing >= 0)
        {
            throw new FormatException($"it has none of the tags {string.Join(", ", s_names[missing].Select(name => $"<|{name}|>"))}");
        }
    }

    /// <summary>Tag frames before the text: language, emotion, event, writing.</summary>
    public static int Frames => s_names.Length;

    /// <summary>The likeliest tag of a kind and its probability among its kind.</summary>
    /// <param name="kind">0 language, 1 emotion, 2 event, 3 writing: also the number of the frame.</param>
    /// <param name="logits">The frame.</param>
    public (string Name, float Probability) Best(int kind, ReadOnlySpan<float> logits)
    {
        float[] shares = Shares(kind, logits);
        int best = TensorPrimitives.IndexOfMax<float>(shares);
        return (_kinds[kind][best].Name, shares[best]);
    }

    /// <summary>The probability of one tag among its kind; 0 where the vocabulary lacks it.</summary>
    public float Share(int kind, string name, ReadOnlySpan<float> logits)
    {
        int at = Array.FindIndex(_kinds[kind], tag => tag.Name == name);
        return at < 0 ? 0 : Shares(kind, logits)[at];
    }

    private float[] Shares(int kind, ReadOnlySpan<float> logits)
    {
        var shares = new float[_kinds[kind].Length];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = logits[_kinds[kind][i].Token];
        }

        TensorPrimitives.SoftMax(shares, shares);
        return shares;
    }
}
