using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Audio;
using Paraformer.Engine.Pipeline;
using Paraformer.Engine.Recognizers;
using Paraformer.Engine.Routing;
using Paraformer.Engine.Scheduling;
using Paraformer.Engine.Streams;
using Paraformer.Engine.Text;
using Paraformer.Engine.Vad;
using Paraformer.Models;

namespace Paraformer.Engine;

/// <summary>
/// The engine: finds the packs that serve a request, shares their weights over all streams, and works the streams off on
/// a fixed set of threads.
/// </summary>
public sealed partial class RecognitionEngine : IRecognitionEngine
{
    private const int MinSilenceMs = 200;
    private const int MaxSilenceMs = 6000;

    // Where sentences end by meaning, utterances are only what the recogniser works on: a short pause lets it finish one.
    private const int SemanticPauseMs = 500;

    private readonly ModelStore _store;
    private readonly EngineOptions _options;
    private readonly ILogger _logger;
    private readonly ModelRouter _router;
    private readonly WorkScheduler _scheduler;
    private readonly TextPacks _texts;
    private readonly LoadedPacks<IRecognizerModel> _recognizers;
    private readonly LoadedPacks<IVoiceActivityModel> _detectors;
    private readonly HotWordModels _hotWords;
    private readonly TaskCompletionSource _allClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Meter _meter;
    private readonly OnlyRecognizer? _only;
    private readonly SemaphoreSlim _reloading = new(1);
    private readonly FreedMemory _freedMemory = new(FreedMemory.DefaultDelay);
    private int _openStreams;
    private int _disposed;

    private RecognitionEngine(ModelStore store, EngineOptions options, ILogger logger, OnlyRecognizer? only)
    {
        _store = store;
        _options = options;
        _logger = logger;
        _router = new ModelRouter(store, RecognizerKinds.Names);
        _only = only;
        _recognizers = new LoadedPacks<IRecognizerModel>(LoadRecognizer, ModelTest.RunAsync, Fingerprint, logger);
        _detectors = new LoadedPacks<IVoiceActivityModel>(id => VoiceActivityKinds.Load(Installed(id)), ModelTest.RunAsync, Fingerprint, logger);
        _texts = new TextPacks(store, options, logger);
        _hotWords = new HotWordModels(options.MaxHotWordModels, Ready, logger);
        _scheduler = new WorkScheduler(options.WorkerCount);
        _meter = EngineMetrics.Observe(() => _scheduler.Delay.Current.TotalSeconds, () => _scheduler.Depth, () => Volatile.Read(ref _openStreams));
    }

    /// <summary>Makes an engine on the packs of a store. Packs are loaded when first needed, or by <see cref="PreloadAsync"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ModelPackException">The pack that the options name for numbers is not in the catalogue or is of another kind.</exception>
    public static RecognitionEngine Create(ModelStore store, EngineOptions? options = null, ILoggerFactory? loggers = null) => Create(store, options, loggers, only: null);

    /// <summary>Makes an engine on which one recogniser serves every request.</summary>
    internal static RecognitionEngine Create(ModelStore store, EngineOptions? options, ILoggerFactory? loggers, OnlyRecognizer? only)
    {
        ArgumentNullException.ThrowIfNull(store);
        options ??= new EngineOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxStreams, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxBatchSteps, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxHotWordModels, nameof(options));
        ILogger logger = loggers is null ? NullLogger.Instance : loggers.CreateLogger<RecognitionEngine>();
        return new RecognitionEngine(store, options, logger, only);
    }

    /// <inheritdoc/>
    public async Task PreloadAsync(CancellationToken cancellationToken = default)
    {
        await Task.Run(AudioDecoders.Preload, cancellationToken).ConfigureAwait(false);
        _ = await FormatterAsync(cancellationToken).ConfigureAwait(false);
        IEnumerable<string> packs = _only is not null ? [_only.PackId] : DescribeModels().SelectMany(m => m.Languages).Select(l => l.Pack).OfType<string>().Distinct();
        foreach (string pack in packs)
        {
            (await LeaseAsync(_recognizers, pack, cancellationToken).ConfigureAwait(false)).Dispose();
            (await LeaseAsync(_detectors, VoiceActivityKinds.Choose(_store, _options.VoiceActivityPack), cancellationToken).ConfigureAwait(false)).Dispose();
        }

        if (DescribeModels().FirstOrDefault(m => _only is not null || m.Languages.Any(l => l.Pack is not null)) is { } model)
        {
            await WarmUpAsync(new StreamRequest { Model = model.Model, Format = "pcm", SampleRate = Rehearsal.SampleRate }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PackReload>> ReloadAsync(CancellationToken cancellationToken = default)
    {
        await _reloading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) == 1, this);
            return
            [
                .. await _recognizers.ReloadAsync(cancellationToken).ConfigureAwait(false),
                .. await _detectors.ReloadAsync(cancellationToken).ConfigureAwait(false),
            ];
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <inheritdoc/>
    public Task WarmUpAsync(StreamRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Rehearsal.RunAsync(this, request, cancellationToken);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ServedModel> DescribeModels() =>
        [.. _store.Catalog.Models.Select(route => new ServedModel(route.Model, _router.Describe(route)))];

    /// <inheritdoc/>
    public async ValueTask<IRecognitionStream> StartAsync(StreamRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) == 1, this);
        if (request.MaxSentenceSilenceMs is < MinSilenceMs or > MaxSilenceMs)
        {
            throw new RecognitionException(
                RecognitionError.InvalidParameter, $"max_sentence_silence must be {MinSilenceMs} to {MaxSilenceMs} ms, not {request.MaxSentenceSilenceMs}");
        }

        StreamingAudioDecoder decoder = CreateDecoder(request);
        var models = new StreamModels();
        TextFormatter formatter;
        bool isAdmitted = false;
        try
        {
            foreach ((string? language, string pack) in Choose(request))
            {
                models.Add(language, await LeaseAsync(_recognizers, pack, cancellationToken).ConfigureAwait(false));
            }

            models.Detector = await LeaseAsync(_detectors, VoiceActivityKinds.Choose(_store, _options.VoiceActivityPack), cancellationToken).ConfigureAwait(false);
            formatter = await FormatterAsync(cancellationToken).ConfigureAwait(false);
            Admit();
            isAdmitted = true;

            // A model for a list takes a second to load: nobody who is turned away costs it.
            await models.ReplaceAsync(model => _hotWords.LeaseAsync(model, request.HotWords, cancellationToken)).ConfigureAwait(false);
        }
        catch
        {
            models.Dispose();
            decoder.Dispose();
            if (isAdmitted)
            {
                Closed();
            }

            throw;
        }

        return await OpenAsync(request, decoder, models, formatter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for the open streams to be disposed, then frees threads and models.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        if (Volatile.Read(ref _openStreams) > 0)
        {
            await _allClosed.Task.ConfigureAwait(false);
        }

        // A pack that is being loaded anew needs the workers.
        await _reloading.WaitAsync().ConfigureAwait(false);
        _meter.Dispose();
        _scheduler.Dispose();
        _hotWords.Dispose();
        _recognizers.Dispose();
        _detectors.Dispose();
        _texts.Dispose();
        _reloading.Dispose();
        _freedMemory.Dispose();
    }

    private static async Task<ModelLease<TModel>> LeaseAsync<TModel>(LoadedPacks<TModel> packs, string packId, CancellationToken cancellationToken)
        where TModel : class, IDisposable
    {
        try
        {
            return await packs.LeaseAsync(packId, cancellationToken).ConfigureAwait(false);
        }
        catch (ModelPackException e)
        {
            throw new RecognitionException(RecognitionError.ModelUnavailable, e.Message, e);
        }
    }

    private async Task<TextFormatter> FormatterAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _texts.FormatterAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ModelPackException e)
        {
            throw new RecognitionException(RecognitionError.ModelUnavailable, e.Message, e);
        }
    }

    private InstalledPack Installed(string packId) =>
        _store.Find(packId) ?? throw new ModelPackException(packId, _store.Describe(packId).Detail ?? $"pack {packId} is not installed");

    private string Fingerprint(string packId) => _only?.Load is not null && packId == _only.PackId ? "" : PackFingerprint.Of(packId, Installed);

    private IRecognizerModel LoadRecognizer(string packId) =>
        Ready(_only?.Load is { } load ? load() : RecognizerKinds.Load(packId, Installed));

    private IRecognizerModel Ready(IRecognizerModel model)
    {
        model.UseWorkers(_scheduler, new BatchOptions { MaxSteps = _options.MaxBatchSteps });
        return model.NeedsPreparation ? new ReservingModel(model, _scheduler) : Paged(model);
    }

    // The first recognizer pages the weights in: better now than under a speaker's first words.
    private static IRecognizerModel Paged(IRecognizerModel model)
    {
        model.CreateRecognizer(RecognizerOptions.Default).Dispose();
        return model;
    }
}
