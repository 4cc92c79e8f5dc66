namespace Paraformer.Engine;

/// <summary>What is done to recognised words to make them text.</summary>
public sealed record TextOptions
{
    /// <summary>Whether punctuation and capital letters are put in. Default: yes.</summary>
    public bool Punctuation { get; init; } = true;

    /// <summary>Whether numbers, dates and the like are written as one writes them. Default: yes.</summary>
    public bool InverseTextNormalization { get; init; } = true;

    /// <summary>Whether fillers, repetitions and false starts are left out. Default: no.</summary>
    public bool DisfluencyRemoval { get; init; }
}
