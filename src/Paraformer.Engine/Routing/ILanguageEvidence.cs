namespace Paraformer.Engine.Routing;

/// <summary>A recogniser that hears which language is spoken, whatever words it knows of it.</summary>
internal interface ILanguageEvidence
{
    /// <summary>
    /// What the utterance's sound so far says for a language, as a natural logarithm to compare with that of other languages; 0
    /// where it says nothing.
    /// </summary>
    float EvidenceFor(string language);

    /// <summary>The evidence in the share, 0 to 1, that a language has of what was heard: even odds say nothing.</summary>
    /// <param name="share">The share; null where the recogniser does not know the language.</param>
    static float FromShare(float? share)
    {
        const float Even = 0.5f, Least = 0.01f;
        return share is { } known ? MathF.Log(Math.Max(known, Least) / Even) : 0;
    }
}
