namespace Paraformer.Engine.Routing;

/// <summary>A recogniser that hears which language is spoken, whatever words it knows of it.</summary>
internal interface ILanguageEvidence
{
    /// <summary>
    /// What the utterance's sound so far says for a language, as a natural logarithm to compare with that of other languages; 0
    /// where it says nothing.
    /// </summary>
    float EvidenceFor(string language);
}
