namespace Paraformer.Engine.Routing;

/// <summary>A recogniser that hears which language is spoken, whatever words it knows of it.</summary>
internal interface ILanguageEvidence
{
    /// <summary>The share of the utterance's speech so far, 0 to 1, that sounded like a language; null where it cannot tell.</summary>
    float? ShareOf(string language);
}
