namespace Paraformer.Engine;

/// <summary>A voice activity detector's shared, read-only part.</summary>
internal interface IVoiceActivityModel : IDisposable
{
    /// <summary>The pack it came from.</summary>
    string PackId { get; }

    /// <summary>Makes the state of one stream.</summary>
    IVoiceActivityDetector CreateDetector();
}

/// <summary>The detection state of one stream at 16 kHz. Not thread-safe.</summary>
internal interface IVoiceActivityDetector : IDisposable
{
    /// <summary>How many samples <see cref="Detect"/> takes.</summary>
    int WindowSamples { get; }

    /// <summary>The probability, 0 to 1, that the next window holds speech.</summary>
    float Detect(ReadOnlySpan<float> window);
}
