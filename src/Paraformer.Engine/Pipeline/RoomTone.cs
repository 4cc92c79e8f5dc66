namespace Paraformer.Engine.Pipeline;

/// <summary>
/// Very quiet deterministic noise. Digital silence is nothing that acoustic models were trained on: its log energies lie
/// far below those of any room.
/// </summary>
internal sealed class RoomTone
{
    private const float Amplitude = 2f / 32768f;
    private readonly float[] _noise = new float[1600];

    public RoomTone()
    {
        uint state = 1;
        for (int i = 0; i < _noise.Length; i++)
        {
            // Numerical Recipes' linear congruential generator.
            state = (state * 1664525) + 1013904223;
            _noise[i] = ((state >> 8) / 8388608f - 1f) * Amplitude;
        }
    }

    /// <summary>Hands out <paramref name="samples"/> samples.</summary>
    public void Play(int samples, SampleSink sink)
    {
        for (int left = samples; left > 0; left -= _noise.Length)
        {
            sink(_noise.AsSpan(0, Math.Min(left, _noise.Length)));
        }
    }
}
