namespace Paraformer.Engine.Lm;

/// <summary>log10 values in 16 bits: probabilities over [-8, 0], back-off weights over [-4, 4], both to within 0.0001.</summary>
internal static class LogScale
{
    private const float ProbabilityStep = 8f / 65535;
    private const float BackOffStep = 8f / 65534;

    public static ushort EncodeProbability(float log10) => (ushort)Math.Clamp(MathF.Round(-log10 / ProbabilityStep), 0, 65535);

    public static float DecodeProbability(ushort code) => -code * ProbabilityStep;

    /// <summary>0 stays exactly 0.</summary>
    public static ushort EncodeBackOff(float log10) => (ushort)Math.Clamp(MathF.Round(log10 / BackOffStep) + 32767, 0, 65534);

    public static float DecodeBackOff(ushort code) => (code - 32767) * BackOffStep;
}
