using System.Diagnostics;
using Microsoft.Extensions.Logging;
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
    private const string NormalizationKind = "itn-fst";

    private readonly ModelStore _store;
    private readonly string? _normalization;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private Task<CtTransformerPunctuator>? _punctuator;
    private Task<IInverseTextNormalizer>? _normalizer;

    /// <exception cref="ModelPackException">The named pack is not in the catalogue or is of another kind.</exception>
    public TextPacks(ModelStore store, EngineOptions options, ILogger logger)
    {
        (_store, _logger) = (store, logger);
        _normalization = options.InverseNormalizationPack;
        if (_normalization is not null && store.Catalog.FindPack(_normalization)?.Kind != NormalizationKind)
        {
            throw new ModelPackException(_normalization, $"pack '{_normalization}' is not of kind {NormalizationKind}: 'paraformer models list' names those that are");
        }
    }

    /// <summary>A formatter with what is installed now; packs are loaded when first needed.</summary>
    /// <exception cref="ModelPackException">A pack is missing, incomplete or damaged.</exception>
    public async Task<TextFormatter> FormatterAsync(CancellationToken cancellationToken)
    {
        IPunctuator punctuator = Punctuator.Default;
        if (_store.Catalog.Packs.FirstOrDefault(pack => pack.Kind == PunctuationKind && _store.Find(pack.Id) is not null) is { } installed)
        {
            punctuator = new MandarinPunctuator(
                await Once(ref _punctuator, installed.Id, pack => new CtTransformerPunctuator(CtTransformerModel.Load(pack))).WaitAsync(cancellationToken).ConfigureAwait(false), punctuator);
        }

        if (_normalization is null)
        {
            return new TextFormatter(punctuator);
        }

        IInverseTextNormalizer mandarin = await Once(ref _normalizer, _normalization, InverseTextNormalizers.Load).WaitAsync(cancellationToken).ConfigureAwait(false);
        return new TextFormatter(punctuator, language => PunctuationStyle.Primary(language) == Mandarin ? mandarin : InverseTextNormalizers.For(language));
    }

    public void Dispose()
    {
        if (_punctuator is { IsCompletedSuccessfully: true })
        {
            _punctuator.GetAwaiter().GetResult().Dispose();
        }
    }

    /// <summary>Loads a pack once; a load that failed is tried again.</summary>
    private Task<T> Once<T>(ref Task<T>? loading, string id, Func<InstalledPack, T> load)
    {
        lock (_gate)
        {
            if (loading is null or { IsFaulted: true })
            {
                loading = Task.Run(() =>
                {
                    long started = Stopwatch.GetTimestamp();
                    T loaded = load(Installed(id));
                    EngineLog.PackLoaded(_logger, id, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                    return loaded;
                });
            }

            return loading;
        }
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
}
