using System.Globalization;
using System.Numerics.Tensors;

namespace Paraformer.Engine.Features;

/// <summary>Normalises frames with fixed statistics: (x + shift) · scale. Immutable.</summary>
internal sealed class MeanVariance
{
    private readonly float[] _shift;
    private readonly float[] _scale;

    /// <param name="shift">The negative mean of every value.</param>
    /// <param name="scale">The inverse standard deviation of every value.</param>
    /// <exception cref="FormatException">The two differ in length, or a value is not finite.</exception>
    public MeanVariance(float[] shift, float[] scale)
    {
        if (shift.Length != scale.Length || shift.Length == 0)
        {
            throw new FormatException($"{shift.Length} means, but {scale.Length} scales");
        }

        if (shift.Concat(scale).FirstOrDefault(v => !float.IsFinite(v), 0) is var bad && !float.IsFinite(bad))
        {
            throw new FormatException($"the value {bad}");
        }

        _shift = shift;
        _scale = scale;
    }

    /// <summary>Values of a frame.</summary>
    public int Dimension => _shift.Length;

    /// <summary>Reads Kaldi's text form (<c>am.mvn</c>): the vectors behind <c>&lt;AddShift&gt;</c> and <c>&lt;Rescale&gt;</c>.</summary>
    /// <exception cref="FormatException">The text is not of that form.</exception>
    public static MeanVariance Parse(string text)
    {
        string[] tokens = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return new MeanVariance(Vector(tokens, "<AddShift>"), Vector(tokens, "<Rescale>"));
    }

    /// <summary>Reads comma-separated vectors, as ONNX metadata hold them (<c>neg_mean</c>, <c>inv_stddev</c>).</summary>
    /// <exception cref="FormatException">A value is not a number.</exception>
    public static MeanVariance FromMetadata(string shift, string scale) => new(Numbers(shift.Split(',')), Numbers(scale.Split(',')));

    /// <summary>Normalises frames in place.</summary>
    /// <param name="frames">Whole frames, one after the other.</param>
    public void Apply(Span<float> frames)
    {
        for (; !frames.IsEmpty; frames = frames[_shift.Length..])
        {
            Span<float> frame = frames[.._shift.Length];
            TensorPrimitives.Add(frame, _shift, frame);
            TensorPrimitives.Multiply(frame, _scale, frame);
        }
    }

    private static float[] Vector(string[] tokens, string name)
    {
        int at = Array.IndexOf(tokens, name);
        int open = at < 0 ? -1 : Array.IndexOf(tokens, "[", at);
        int close = open < 0 ? -1 : Array.IndexOf(tokens, "]", open);
        return close > open + 1
            ? Numbers(tokens.AsSpan(open + 1, close - open - 1))
            : throw new FormatException($"no vector behind {name}");
    }

    private static float[] Numbers(ReadOnlySpan<string> tokens)
    {
        var values = new float[tokens.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = float.TryParse(tokens[i], NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
                ? value
                : throw new FormatException($"'{tokens[i]}' is not a number");
        }

        return values;
    }
}
