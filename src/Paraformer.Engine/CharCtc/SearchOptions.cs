namespace Paraformer.Engine.CharCtc;

/// <summary>The settings of <see cref="WordBeamSearch"/>. Scores are natural logarithms.</summary>
internal sealed record SearchOptions
{
    /// <summary>Weight of the language model against the network.</summary>
    public float LanguageWeight { get; init; } = 0.45f;

    /// <summary>Added per word.</summary>
    public float WordBonus { get; init; } = -2;

    /// <summary>Added per class.</summary>
    public float ClassBonus { get; init; } = 3;

    /// <summary>log10 probability of a class that no word of the language model has.</summary>
    public float Unknown { get; init; } = -6;

    /// <summary>The same, right behind another one: pieces of one English word.</summary>
    public float UnknownNext { get; init; } = -3;

    /// <summary>Added to the blank's score at every frame.</summary>
    public float BlankBonus { get; init; }

    /// <summary>Hypotheses this far below the best are dropped.</summary>
    public float Beam { get; init; } = 14;

    /// <summary>Hypotheses kept.</summary>
    public int MaxHypotheses { get; init; } = 300;

    /// <summary>Classes below this score are not tried.</summary>
    public float ClassFloor { get; init; } = -9;

    /// <summary>Classes tried per frame.</summary>
    public int MaxClasses { get; init; } = 40;
}
