using System.Text;
using Paraformer.Engine.Onnx;
using Paraformer.Models;

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

    /// <exception cref="ModelPackException">A file of the pack is missing or damaged.</exception>
    public static FstNormalizer Load(InstalledPack pack, string tagger, string verbalizer) => new(
        PackText.ReadBytes(pack, tagger, bytes => FstFile.Read(tagger, bytes)),
        PackText.ReadBytes(pack, verbalizer, bytes => FstFile.Read(verbalizer, bytes)));
}
