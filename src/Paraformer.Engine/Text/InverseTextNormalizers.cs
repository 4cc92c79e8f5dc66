using System.Reflection;
using Paraformer.Engine.Text.InverseNormalization;
using Paraformer.Engine.Text.InverseNormalization.OpenFst;
using Paraformer.Models;

namespace Paraformer.Engine.Text;

/// <summary>The normalisers of the languages that have a grammar. Compiled on first use and kept.</summary>
internal static class InverseTextNormalizers
{
    private const string Tagger = "zh_itn_tagger.2023-09.fst";
    private const string Verbalizer = "zh_itn_verbalizer.2023-09.fst";
    private const string Prefix = "Paraformer.Engine.Text.Grammars.";

    /// <summary>zh, en, yue, ja, ko, de, fr, ru.</summary>
    public static IReadOnlyList<string> Languages { get; } =
    [
        .. typeof(InverseTextNormalizers).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name[Prefix.Length..])),
    ];

    private static readonly Dictionary<string, Lazy<IInverseTextNormalizer>> s_normalizers = Languages.ToDictionary(
        language => language,
        language => new Lazy<IInverseTextNormalizer>(() => new GrammarNormalizer(GrammarReader.Read(language, Open))),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The normaliser of a language code; null when there is no grammar for it.</summary>
    public static IInverseTextNormalizer? For(string language)
    {
        ArgumentNullException.ThrowIfNull(language);
        return s_normalizers.TryGetValue(language, out Lazy<IInverseTextNormalizer>? normalizer) ? normalizer.Value : null;
    }

    /// <summary>The normaliser of a pack of kind itn-fst, an alternative to the grammar of its language.</summary>
    /// <exception cref="ModelPackException">A file of the pack is missing or damaged.</exception>
    public static IInverseTextNormalizer Load(InstalledPack pack)
    {
        ArgumentNullException.ThrowIfNull(pack);
        return FstNormalizer.Load(pack, Tagger, Verbalizer);
    }

    private static string Open(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Prefix}{name}.grammar")
            ?? throw new InvalidDataException($"there is no grammar '{name}'");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
