namespace Paraformer.Protocol;

/// <summary>The known keys of <c>payload.parameters</c>, in the order in which they are written.</summary>
internal static class ParameterNames
{
    public const string Format = "format";
    public const string SampleRate = "sample_rate";
    public const string VocabularyId = "vocabulary_id";
    public const string PhraseId = "phrase_id";
    public const string DisfluencyRemovalEnabled = "disfluency_removal_enabled";
    public const string LanguageHints = "language_hints";
    public const string SemanticPunctuationEnabled = "semantic_punctuation_enabled";
    public const string MaxSentenceSilence = "max_sentence_silence";
    public const string MultiThresholdModeEnabled = "multi_threshold_mode_enabled";
    public const string PunctuationPredictionEnabled = "punctuation_prediction_enabled";
    public const string Heartbeat = "heartbeat";
    public const string InverseTextNormalizationEnabled = "inverse_text_normalization_enabled";

    public static bool IsKnown(string name) => name is
        Format or SampleRate or VocabularyId or PhraseId or DisfluencyRemovalEnabled or LanguageHints or
        SemanticPunctuationEnabled or MaxSentenceSilence or MultiThresholdModeEnabled or PunctuationPredictionEnabled or
        Heartbeat or InverseTextNormalizationEnabled;
}
