using Microsoft.Extensions.Logging;
using Paraformer.Engine.Routing;
using Paraformer.Models;

namespace Paraformer.Engine.Text;

/// <summary>
/// Text work with the packs of a store: an installed pack of kind <c>punctuation</c> (CT-Transformer) puts the marks of Mandarin instead of the engine's own network,
/// and the pack of kind <c>itn-fst</c> that the options name writes its numbers instead of the engine's own grammar. Usable from any thread.
/// </summary>
internal sealed class TextPacks : IDisposable
{
    private const string Mandarin = "zh";
    private const string PunctuationKind = "punctuation";

    private readonly ModelStore _store;
    private readonly string? _normalization;
    private readonly LoadedPacks<CtTransformerPunctuator> _punctuators;
    private readonly LoadedPacks<PackNormalizer> _normalizers;

    /// <exception cref="ModelPackException">The named pack is not in the catalogue or is of another kind.</exception>
    public TextPacks(ModelStore store, EngineOptions options, ILogger logger)
    {
        _store = store;
        _normalization = options.InverseNormalizationPack;
        if (_normalization is not null && store.Catalog.FindPack(_normalization)?.Kind != PackNormalizer.Kind)
        {
            throw new ModelPackException(_normalization, $"pack '{_normalization}' is not of kind {PackNormalizer.Kind}: 'paraformer models list' names those that are");
        }

        _punctuators = new LoadedPacks<CtTransformerPunctuator>(id => new CtTransformerPunctuator(CtTransformerModel.Load(Installed(id))), logger);
        _normalizers = new LoadedPacks<PackNormalizer>(id => PackNormalizer.Load(Installed(id)), logger);
    }

    /// <summary>A formatter with what is installed now; packs are loaded when first needed.</summary>
    /// <exception cref="ModelPackException">A pack is missing, incomplete or damaged.</exception>
    public async Task<TextFormatter> FormatterAsync(CancellationToken cancellationToken)
    {
        IPunctuator punctuator = Punctuator.Default;
        if (_store.Catalog.Packs.FirstOrDefault(pack => pack.Kind == PunctuationKind && _store.Find(pack.Id) is not null) is { } installed)
        {
            punctuator = new MandarinPunctuator(await _punctuators.GetAsync(installed.Id).WaitAsync(cancellationToken).ConfigureAwait(false), punctuator);
        }

        if (_normalization is null)
        {
            return new TextFormatter(punctuator);
        }

        IInverseTextNormalizer mandarin = (await _normalizers.GetAsync(_normalization).WaitAsync(cancellationToken).ConfigureAwait(false)).Normalizer;
        return new TextFormatter(punctuator, language => PunctuationStyle.Primary(language) == Mandarin ? mandarin : InverseTextNormalizers.For(language));
    }

    public void Dispose()
    {
        _punctuators.Dispose();
        _normalizers.Dispose();
    }

    private InstalledPack Installed(string id) =>
        _store.Find(id) ?? throw new ModelPackException(id, _store.Describe(id).Detail ?? $"pack {id} is not installed");

    /// <summary>One punctuator for Mandarin, another for every other language.</summary>
    private sealed class MandarinPunctuator(IPunctuator mandarin, IPunctuator others) : IPunctuator
    {
        public int LookAhead(string language) => For(language).LookAhead(language);

        public bool Supports(string language) => For(language).Supports(language);

        public void Punctuate(IReadOnlyList<string> words, string language, Span<PunctuatedWord> result, bool isFinal, PunctuationMemory? memory = null) =>
            For(language).Punctuate(words, language, result, isFinal, memory);

        private IPunctuator For(string language) => PunctuationStyle.Primary(language) == Mandarin ? mandarin : others;
    }

    /// <summary>A loaded pack of kind itn-fst.</summary>
    private sealed record PackNormalizer(IInverseTextNormalizer Normalizer) : IDisposable
    {
        public const string Kind = "itn-fst";

        public static PackNormalizer Load(InstalledPack pack)
        {
            try
            {
                return new PackNormalizer(InverseTextNormalizers.Load(pack));
            }
            catch (InvalidDataException e)
            {
                throw new ModelPackException(pack.Descriptor.Id, $"pack {pack.Descriptor.Id} is damaged: run 'paraformer models verify {pack.Descriptor.Id}'", e);
            }
        }

        public void Dispose()
        {
            // Its transducers are managed memory.
        }
    }
}
