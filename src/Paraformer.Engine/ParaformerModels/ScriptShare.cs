using Paraformer.Engine.Text;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>Tells languages of a vocabulary by their script: English words are Latin, everything else is not. Immutable.</summary>
internal sealed class ScriptShare(PieceVocabulary vocabulary, IReadOnlyList<string> languages)
{
    /// <summary>The share of a language in tokens; null where the pack does not know the language or knows no other.</summary>
    public float? ShareOf(string language, IReadOnlyList<HeardPiece> pieces)
    {
        if (languages.Count < 2 || !languages.Contains(language))
        {
            return null;
        }

        float latin = 0, other = 0;
        foreach (HeardPiece piece in pieces)
        {
            if (!vocabulary.IsSilent(piece.Token))
            {
                ref float side = ref (WordSpacing.IsUnspaced(vocabulary.Symbols[piece.Token][0]) ? ref other : ref latin);
                side += MathF.Exp(piece.LogProbability);
            }
        }

        return ((language == "en" ? latin : other) + 0.5f) / (latin + other + 1);
    }
}
