namespace Paraformer.Engine.Vad.Silero;

/// <summary>One stream's state of <see cref="SileroNetwork"/>.</summary>
internal sealed class SileroDetector(SileroNetwork network) : IVoiceActivityDetector
{
    private readonly float[] _input = new float[SileroNetwork.ContextSamples + SileroNetwork.WindowSamples];
    private readonly float[] _hidden = new float[SileroNetwork.StateSize];
    private readonly float[] _cell = new float[SileroNetwork.StateSize];

    public int WindowSamples => SileroNetwork.WindowSamples;

    public float Detect(ReadOnlySpan<float> window)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(window.Length, WindowSamples);
        window.CopyTo(_input.AsSpan(SileroNetwork.ContextSamples));
        float probability = network.Run(_input, _hidden, _cell);
        _input.AsSpan(WindowSamples).CopyTo(_input);
        return probability;
    }

    public void Dispose()
    {
    }
}
