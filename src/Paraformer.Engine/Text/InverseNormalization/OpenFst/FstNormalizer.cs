using System.Text;

namespace Paraformer.Engine.Text.InverseNormalization.OpenFst;

/// <summary>
/// Mandarin by the public tagger and verbaliser of WeTextProcessing: tag, put the keys in order, verbalise. What both texts share
/// at their ends and between changes tells which words a written piece stands for.
/// </summary>
internal sealed class FstNormalizer(Fst tagger, Fst verbalizer) : IInverseTextNormalizer
{
    public IReadOnlyList<NormalizedToken> Normalize(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (words.Count == 0)
        {
            return [];
        }

        SourceLine line = SourceLine.Join(words, spaced: false);
        string written = Write(line.Text) ?? line.Text;
        return SpanAligner.Align(line, written);
    }

    /// <summary>The whole text as written, or null when a transducer has no path for it.</summary>
    public string? Write(string text)
    {
        if (tagger.Apply(Encoding.UTF8.GetBytes(text)) is not { } tagged
            || TaggedText.Reorder(Encoding.UTF8.GetString(tagged)) is not { } ordered
            || verbalizer.Apply(Encoding.UTF8.GetBytes(ordered)) is not { } written)
        {
            return null;
        }

        return Encoding.UTF8.GetString(written).Replace("\0", "", StringComparison.Ordinal);
    }

    /// <exception cref="InvalidDataException">A file of the pack is damaged.</exception>
    public static FstNormalizer Load(string taggerPath, string verbalizerPath) => new(
        FstFile.Read(Path.GetFileName(taggerPath), File.ReadAllBytes(taggerPath)),
        FstFile.Read(Path.GetFileName(verbalizerPath), File.ReadAllBytes(verbalizerPath)));
}
