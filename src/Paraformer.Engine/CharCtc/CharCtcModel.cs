using System.Formats.Tar;
using System.Security.Cryptography;
using Paraformer.Engine.Biasing;
using Paraformer.Engine.Features;
using Paraformer.Engine.Lm;
using Paraformer.Engine.Lm.Xz;
using Paraformer.Engine.Onnx;
using Paraformer.Models;

namespace Paraformer.Engine.CharCtc;

/// <summary>A small FSMN with CTC over character classes, and the word 3-gram model that turns classes into words. Shared read-only.</summary>
internal sealed class CharCtcModel : IRecognizerModel
{
    // As a natural logarithm per class and unit of weight.
    private const float BiasStrength = 0.8f;
    private const string Version = "1";

    // The public language model unpacks to 70 MiB.
    private const long MaxUnpackedBytes = 512 << 20;
    private const string TokensFile = "tokens_2599.txt";
    private const string LexiconFile = "kwsr.lex";
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
        // What is compiled of the files is kept, so it must be made of those that the catalogue knows.
        PackText.RequireKnown(network);
        FsmnNetwork layers = PackText.ReadBytes(network, "kwsr.net", bytes => KaldiNetworkReader.Read(bytes));
        MeanVariance statistics = PackText.Read(network, "am.mvn.dim80_l2r2", MeanVariance.Parse);
        string[] tokens = PackText.Read(network, TokensFile, CharLexicon.ReadTokens);
        CharLexicon lexicon = PackText.Read(network, LexiconFile, text => CharLexicon.Read(tokens, text.Split('\n')));
        int stacked = CharCtcRecognizer.StackedFrames * FilterBankOptions.FunAsr.MelBins;
        if (layers.Inputs != stacked || statistics.Dimension != stacked || layers.Outputs != lexicon.Tokens.Count)
        {
            throw new ModelPackException(
                network.Descriptor.Id,
                $"pack {network.Descriptor.Id}: kwsr.net takes {layers.Inputs} and gives {layers.Outputs} values, am.mvn.dim80_l2r2 has {statistics.Dimension} and tokens_2599.txt {lexicon.Tokens.Count}: they do not belong together");
        }

        IEnumerable<string> inputs = language.Descriptor.Files.Select(f => f.Sha256)
            .Concat(network.Descriptor.Files.Select(f => f.Sha256.Length > 0 ? f.Sha256 : HashOf(network, f.Path))).Append(Version);
        try
        {
            return CompiledFile.OpenOrCompile(
                language.Descriptor.Id, inputs, () => Compile(language, lexicon), file => new CharCtcModel(network.Descriptor.Id, layers, statistics, lexicon, file));
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new ModelPackException(language.Descriptor.Id, $"pack {language.Descriptor.Id} in {language.Folder} cannot be compiled ({e.Message})", e);
        }
    }

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => new CharCtcRecognizer(this, options.HotWords);

    public void Dispose() => _compiled.Dispose();

    private static string HashOf(InstalledPack pack, string file) => PackText.Open(pack, file, content => Convert.ToHexStringLower(SHA256.HashData(content)));

    private BiasWords? MakeBias(IReadOnlyList<HotWord> words)
    {
        List<BiasEntry> entries = BiasEntry.Make(words, Lexicon, Tree, Language);
        return entries.Count == 0 ? null : new BiasWords(entries, BiasStrength, Language, Homophones, Lexicon.Tokens.Count);
    }

    private static List<(string Name, byte[] Data)> Compile(InstalledPack language, CharLexicon lexicon)
    {
        PackText.RequireKnown(language);
        ArpaModel model = PackText.Open(language, LanguageModelFile, file => ReadMember(file, "lm_sc.arpa", ArpaReader.Read));
        List<(string Name, byte[] Data)> sections = NgramCompiler.Compile(model);
        sections.AddRange(PrefixTreeCompiler.Compile(model, lexicon));
        sections.AddRange(PackText.Open(language, WordListFile, file => ReadMember(file, "dict_sc.txt", words => HomophoneCompiler.Compile(lexicon, words))));
        return sections;
    }

    private static T ReadMember<T>(Stream file, string member, Func<TextReader, T> read)
    {
        using var archive = new TarReader(new XzStream(file, MaxUnpackedBytes));
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
}
