using System.Formats.Tar;
using Paraformer.Engine.Biasing;
using Paraformer.Engine.Features;
using Paraformer.Engine.Lm;
using Paraformer.Engine.Lm.Xz;
using Paraformer.Models;

namespace Paraformer.Engine.CharCtc;

/// <summary>A small FSMN with CTC over character classes, and the word 3-gram model that turns classes into words. Shared read-only.</summary>
internal sealed class CharCtcModel : IRecognizerModel
{
    // As a natural logarithm per class and unit of weight.
    private const float BiasStrength = 0.8f;
    private const string Version = "1";
    private const string LanguageModelFile = "lm_sc.arpa-20220810.tar.xz";
    private const string WordListFile = "dict-20220810.tar.xz";
    private readonly SectionFile _compiled;

    private CharCtcModel(string packId, FsmnNetwork network, MeanVariance statistics, CharLexicon lexicon, SectionFile compiled)
    {
        PackId = packId;
        Network = network;
        Statistics = statistics;
        Lexicon = lexicon;
        _compiled = compiled;
        Language = new NgramModel(compiled);
        Tree = new PrefixTree(compiled, lexicon.Tokens.Count);
        Homophones = new Homophones(compiled);
        Bias = new BiasWordsCache(MakeBias);
    }

    public string PackId { get; }

    internal FilterBank FilterBank { get; } = new(FilterBankOptions.FunAsr);

    internal FsmnNetwork Network { get; }

    internal MeanVariance Statistics { get; }

    internal CharLexicon Lexicon { get; }

    internal NgramModel Language { get; }

    internal PrefixTree Tree { get; }

    internal Homophones Homophones { get; }

    /// <summary>The lists of hot words.</summary>
    internal BiasWordsCache Bias { get; }

    /// <summary>Loads the network and maps the language model, which is compiled first where no earlier run has done so.</summary>
    /// <exception cref="ModelPackException">A file is damaged or missing.</exception>
    public static CharCtcModel Load(InstalledPack network, InstalledPack language)
    {
        FsmnNetwork layers = Read(network, "kwsr.net", path => KaldiNetworkReader.Read(File.ReadAllBytes(path)));
        MeanVariance statistics = Read(network, "am.mvn.dim80_l2r2", path => MeanVariance.Parse(File.ReadAllText(path)));
        CharLexicon lexicon = Read(network, "kwsr.lex", path => CharLexicon.Read(File.ReadLines(network.PathOf("tokens_2599.txt")), File.ReadLines(path)));
        int stacked = CharCtcRecognizer.StackedFrames * FilterBankOptions.FunAsr.MelBins;
        if (layers.Inputs != stacked || statistics.Dimension != stacked || layers.Outputs != lexicon.Tokens.Count)
        {
            throw new ModelPackException(
                network.Descriptor.Id,
                $"pack {network.Descriptor.Id}: kwsr.net takes {layers.Inputs} and gives {layers.Outputs} values, am.mvn.dim80_l2r2 has {statistics.Dimension} and tokens_2599.txt {lexicon.Tokens.Count}: they do not belong together");
        }

        IEnumerable<string> inputs = language.Descriptor.Files.Concat(network.Descriptor.Files).Select(f => f.Sha256).Append(Version);
        SectionFile compiled = CompiledFile.OpenOrCompile(language.Descriptor.Id, inputs, () => Compile(language, lexicon));
        try
        {
            return new CharCtcModel(network.Descriptor.Id, layers, statistics, lexicon, compiled);
        }
        catch
        {
            compiled.Dispose();
            throw;
        }
    }

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => new CharCtcRecognizer(this, options.HotWords);

    public void Dispose() => _compiled.Dispose();

    private BiasWords? MakeBias(IReadOnlyList<HotWord> words)
    {
        List<BiasEntry> entries = BiasEntry.Make(words, Lexicon, Tree, Language);
        return entries.Count == 0 ? null : new BiasWords(entries, BiasStrength, Language, Homophones, Lexicon.Tokens.Count);
    }

    private static List<(string Name, byte[] Data)> Compile(InstalledPack language, CharLexicon lexicon)
    {
        ArpaModel model = Read(language, LanguageModelFile, path => ReadMember(path, "lm_sc.arpa", ArpaReader.Read));
        List<(string Name, byte[] Data)> sections = NgramCompiler.Compile(model);
        sections.AddRange(PrefixTreeCompiler.Compile(model, lexicon));
        sections.AddRange(Read(language, WordListFile, path => ReadMember(path, "dict_sc.txt", words => HomophoneCompiler.Compile(lexicon, words))));
        return sections;
    }

    private static T ReadMember<T>(string path, string member, Func<TextReader, T> read)
    {
        using var archive = new TarReader(new XzStream(File.OpenRead(path)));
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.Name == member && entry.DataStream is { } data)
            {
                using var reader = new StreamReader(data);
                return read(reader);
            }
        }

        throw new InvalidDataException($"the archive holds no {member}");
    }

    private static T Read<T>(InstalledPack pack, string file, Func<string, T> read)
    {
        string path = pack.PathOf(file);
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(
                pack.Descriptor.Id,
                $"pack {pack.Descriptor.Id}: {path} cannot be read ({e.Message}): run 'paraformer models verify {pack.Descriptor.Id}'",
                e);
        }
    }
}
