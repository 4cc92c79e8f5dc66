using Paraformer.Engine.Lm;

namespace Paraformer.Engine.CharCtc;

/// <summary>
/// Gives each class a share of what was heard as a class that sounds alike. Immutable and shared; a caller brings its own
/// room for a frame.
/// </summary>
internal sealed class Homophones(SectionFile file, float sameShare = 0.1f, float nearShare = 0.02f)
{
    private const float Negligible = -9;
    private readonly Relation _same = new(file, "same", sameShare);
    private readonly Relation _near = new(file, "near", nearShare);

    /// <summary>Mixes a frame.</summary>
    /// <param name="posteriors">Log posteriors.</param>
    /// <param name="mixed">Receives the mixed ones; it is no distribution.</param>
    public void Mix(ReadOnlySpan<float> posteriors, Span<float> mixed)
    {
        posteriors.CopyTo(mixed);
        for (int c = 2; c < posteriors.Length; c++)
        {
            if (posteriors[c] > Negligible)
            {
                _near.Spread(c, posteriors[c], mixed);
                _same.Spread(c, posteriors[c], mixed);
            }
        }
    }

    private sealed class Relation(SectionFile file, string name, float share)
    {
        private readonly MappedArray<int> _begins = file.Section<int>(name + "at");
        private readonly MappedArray<ushort> _classes = file.Section<ushort>(name + "cls");
        private readonly float[] _shares = Shares(file.Section<float>(name + "wgt"), share);

        public void Spread(int from, float posterior, Span<float> mixed)
        {
            for (int i = _begins[from]; i < _begins[from + 1]; i++)
            {
                ref float target = ref mixed[_classes[i]];
                target = LogMath.Add(target, posterior + _shares[i]);
            }
        }

        private static float[] Shares(MappedArray<float> weights, float share)
        {
            var shares = new float[weights.Length];
            for (int i = 0; i < shares.Length; i++)
            {
                shares[i] = MathF.Log(share * weights[i]);
            }

            return shares;
        }
    }
}
