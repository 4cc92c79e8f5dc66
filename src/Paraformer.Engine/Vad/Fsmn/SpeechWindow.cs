namespace Paraformer.Engine.Vad.Fsmn;

/// <summary>
/// Smooths the decisions on single frames, as FunASR's end-to-end detector does: speech begins where 15 of the last 20 frames are
/// speech, and ends where no more than 15 are. Not thread-safe.
/// </summary>
internal sealed class SpeechWindow
{
    /// <summary>Frames looked back on.</summary>
    public const int Length = 20;

    private const int Threshold = 15;
    private readonly bool[] _frames = new bool[Length];
    private int _at;

    /// <summary>Whether the audio is speech.</summary>
    public bool InSpeech { get; private set; }

    /// <summary>How many of the last 20 frames were speech.</summary>
    public int SpeechFrames { get; private set; }

    /// <summary>Whether a frame with this probability of silence counts as speech.</summary>
    public static bool IsSpeech(float silence, float noiseThreshold) => 1 - silence >= silence + noiseThreshold;

    /// <summary>Takes the next frame.</summary>
    public void Accept(bool isSpeech)
    {
        SpeechFrames += (isSpeech ? 1 : 0) - (_frames[_at] ? 1 : 0);
        _frames[_at] = isSpeech;
        _at = (_at + 1) % Length;
        InSpeech = InSpeech ? SpeechFrames > Threshold : SpeechFrames >= Threshold;
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        Array.Clear(_frames);
        SpeechFrames = 0;
        InSpeech = false;
    }
}
