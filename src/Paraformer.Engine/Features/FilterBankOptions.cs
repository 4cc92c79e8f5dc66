namespace Paraformer.Engine.Features;

/// <summary>Shapes of the analysis window.</summary>
internal enum WindowShape
{
    /// <summary>0.54 − 0.46·cos.</summary>
    Hamming,

    /// <summary>(0.5 − 0.5·cos)^0.85, Kaldi's own.</summary>
    Povey,

    /// <summary>0.5 − 0.5·cos.</summary>
    Hann,
}

/// <summary>How log-mel filter-bank frames are made; the defaults are FunASR's. Dither is always 0.</summary>
internal sealed record FilterBankOptions
{
    /// <summary>What Paraformer, SenseVoice, FSMN-VAD and the character CTC model were trained with.</summary>
    public static FilterBankOptions FunAsr { get; } = new();

    /// <summary>What icefall's models (zipformer, conformer) were trained with.</summary>
    public static FilterBankOptions Icefall { get; } = new()
    {
        SampleScale = 1,
        Window = WindowShape.Povey,
        SnipEdges = false,
        HighHz = -400,
    };

    /// <summary>Samples per second.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>Samples of a frame.</summary>
    public int FrameLength { get; init; } = 400;

    /// <summary>Samples from a frame to the next.</summary>
    public int FrameShift { get; init; } = 160;

    /// <summary>Mel filters.</summary>
    public int MelBins { get; init; } = 80;

    /// <summary>Where the first filter begins.</summary>
    public float LowHz { get; init; } = 20;

    /// <summary>Where the last filter ends; at or below 0 counted down from the Nyquist frequency.</summary>
    public float HighHz { get; init; }

    /// <summary>The window.</summary>
    public WindowShape Window { get; init; } = WindowShape.Hamming;

    /// <summary>Whether only frames that lie wholly within the audio count; otherwise the audio is mirrored at its ends.</summary>
    public bool SnipEdges { get; init; } = true;

    /// <summary>What samples in [-1, 1] are multiplied with.</summary>
    public float SampleScale { get; init; } = 32768;
}
