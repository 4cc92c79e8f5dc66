namespace Paraformer.Engine.Vad.Fsmn;

/// <summary>One stream's detection by FSMN-VAD, for endpointing: the state of its smoothing window as a probability.</summary>
internal sealed class FsmnDetector(FsmnVadModel model) : IVoiceActivityDetector
{
    // As FunASR configures it.
    private const float NoiseThreshold = 0.6f;

    // On the scale of the endpointer, whose speech begins at 0.5 and lasts to 0.35: what the window decides is what counts.
    private const float LeastSpeech = 0.5f;
    private const float MostSilence = 0.34f;

    private readonly FsmnScorer _scorer = new(model);
    private readonly SpeechWindow _window = new();
    private readonly List<float> _silence = [];

    /// <summary>32 ms, as of the other detector: the pieces that recognisers get are the same.</summary>
    public int WindowSamples => 512;

    public float Detect(ReadOnlySpan<float> window)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(window.Length, WindowSamples);
        _silence.Clear();
        _scorer.Accept(window, _silence);
        foreach (float silence in _silence)
        {
            _window.Accept(SpeechWindow.IsSpeech(silence, NoiseThreshold));
        }

        float share = (float)_window.SpeechFrames / SpeechWindow.Length;
        return _window.InSpeech ? Math.Max(LeastSpeech, share) : Math.Min(MostSilence, share);
    }

    public void Dispose() => _scorer.Dispose();
}
