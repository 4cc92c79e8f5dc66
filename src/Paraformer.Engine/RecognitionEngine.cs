using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Audio;
using Paraformer.Engine.Endpointing;
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
public sealed class RecognitionEngine : IRecognitionEngine
{
    private const string VadPack = "vad-silero";
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
    private readonly TaskCompletionSource _allClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _openStreams;
    private int _disposed;

    private RecognitionEngine(ModelStore store, EngineOptions options, ILogger logger)
    {
        _store = store;
        _options = options;
        _logger = logger;
        _router = new ModelRouter(store, RecognizerKinds.Names);
        _recognizers = new LoadedPacks<IRecognizerModel>(LoadRecognizer, logger);
        _detectors = new LoadedPacks<IVoiceActivityModel>(id => SileroModel.Load(Installed(id)), logger);
        _texts = new TextPacks(store, options, logger);
        _scheduler = new WorkScheduler(options.WorkerCount);
    }

    /// <summary>Makes an engine on the packs of a store. Packs are loaded when first needed, or by <see cref="PreloadAsync"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is not positive.</exception>
    /// <exception cref="ModelPackException">The pack that the options name for numbers is not in the catalogue or is of another kind.</exception>
    public static RecognitionEngine Create(ModelStore store, EngineOptions? options = null, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        options ??= new EngineOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxStreams, nameof(options));
        ILogger logger = loggers is null ? NullLogger.Instance : loggers.CreateLogger<RecognitionEngine>();
        return new RecognitionEngine(store, options, logger);
    }

    /// <inheritdoc/>
    public async Task PreloadAsync(CancellationToken cancellationToken = default)
    {
        await Task.Run(AudioDecoders.Preload, cancellationToken).ConfigureAwait(false);
        await LoadAsync(_texts.FormatterAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        foreach (string pack in DescribeModels().SelectMany(m => m.Languages).Select(l => l.Pack).OfType<string>().Distinct())
        {
            await LoadAsync(_recognizers.GetAsync(pack), cancellationToken).ConfigureAwait(false);
            await LoadAsync(_detectors.GetAsync(VadPack), cancellationToken).ConfigureAwait(false);
        }

        if (DescribeModels().FirstOrDefault(m => m.Languages.Any(l => l.Pack is not null)) is { } model)
        {
            await WarmUpAsync(new StreamRequest { Model = model.Model, Format = "pcm", SampleRate = Rehearsal.SampleRate }, cancellationToken).ConfigureAwait(false);
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
        try
        {
            List<LanguageModel> recognizers = [];
            foreach ((string? language, string pack) in Choose(request))
            {
                recognizers.Add(new LanguageModel(language, await LoadAsync(_recognizers.GetAsync(pack), cancellationToken).ConfigureAwait(false)));
            }

            IVoiceActivityModel detector = await LoadAsync(_detectors.GetAsync(VadPack), cancellationToken).ConfigureAwait(false);
            TextFormatter formatter = await LoadAsync(_texts.FormatterAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
            return await OpenAsync(request, decoder, recognizers, detector, formatter, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
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

        _scheduler.Dispose();
        _recognizers.Dispose();
        _detectors.Dispose();
        _texts.Dispose();
    }

    private static StreamingAudioDecoder CreateDecoder(StreamRequest request)
    {
        if (!AudioDecoders.TryParse(request.Format, out AudioCodec codec))
        {
            throw new RecognitionException(RecognitionError.UnsupportedFormat, $"unsupported audio format:{request.Format}");
        }

        try
        {
            return AudioDecoders.Create(codec, request.SampleRate, RecognitionPipeline.SampleRate);
        }
        catch (AudioFormatException e)
        {
            throw new RecognitionException(RecognitionError.UnsupportedFormat, $"unsupported audio format:{request.Format}: {e.Message}", e);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new RecognitionException(RecognitionError.InvalidParameter, $"sample_rate {request.SampleRate} is out of range", e);
        }
    }

    private static async Task<TModel> LoadAsync<TModel>(Task<TModel> loading, CancellationToken cancellationToken)
    {
        try
        {
            return await loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ModelPackException e)
        {
            throw new RecognitionException(RecognitionError.ModelUnavailable, e.Message, e);
        }
    }

    // All packs that serve, each with its language where it serves one alone.
    private IEnumerable<(string? Language, string Pack)> Choose(StreamRequest request)
    {
        IReadOnlyList<ServedLanguage> languages = _router.Route(request);
        foreach (ServedLanguage missing in languages.Where(l => l.Pack is null))
        {
            EngineLog.LanguageNotServed(_logger, request.Model, missing.Language, missing.Remedy ?? "");
        }

        return languages.Where(l => l.Pack is not null)
            .GroupBy(l => l.Pack!, l => l.Language)
            .Select(served => (served.Distinct().Count() == 1 ? served.First() : null, served.Key));
    }

    private async Task<RecognitionStream> OpenAsync(
        StreamRequest request, StreamingAudioDecoder decoder, List<LanguageModel> recognizers, IVoiceActivityModel detector, TextFormatter formatter, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _openStreams) > _options.MaxStreams)
        {
            Closed();
            throw new RecognitionException(RecognitionError.Overloaded, $"all {_options.MaxStreams} streams are in use: try again later");
        }

        // Native state is made where it is used and freed: on the workers. Spread over the thread pool's threads it would
        // leave a piece of every thread's heap behind.
        var options = new RecognizerOptions { HotWords = request.HotWords };
        var endpointing = new EndpointingOptions
        {
            MaxSentenceSilenceMs = request.SemanticSentences ? SemanticPauseMs : request.MaxSentenceSilenceMs,
            MultiThreshold = request.MultiThreshold && !request.SemanticSentences,
        };
        var sentences = new SentenceOptions
        {
            Text = new TextOptions
            {
                Punctuation = request.Punctuation,
                InverseTextNormalization = request.InverseTextNormalization,
                DisfluencyRemoval = request.DisfluencyRemoval,
            },
            Semantic = request.SemanticSentences,
            Language = recognizers[0].Language ?? (request.Languages.Count > 0 ? request.Languages[0] : ""),
        };
        Task<RecognitionPipeline> making = _scheduler.RunAsync(
            () => new RecognitionPipeline(detector.CreateDetector(), ParallelRecognizer.Create(recognizers, options), endpointing, formatter, sentences));
        try
        {
            RecognitionPipeline pipeline = await making.WaitAsync(cancellationToken).ConfigureAwait(false);
            bool isCompressed = request.Format is not ("pcm" or "wav");
            return new RecognitionStream(_scheduler, decoder, pipeline, [.. recognizers.Select(r => r.Model.PackId), detector.PackId], isCompressed, Closed, _logger);
        }
        catch
        {
            _ = DisposeWhenMadeAsync(making);
            Closed();
            throw;
        }
    }

    private static async Task DisposeWhenMadeAsync(Task<RecognitionPipeline> making)
    {
        await ((Task)making).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (making.IsCompletedSuccessfully)
        {
            (await making.ConfigureAwait(false)).Dispose();
        }
    }

    private void Closed()
    {
        if (Interlocked.Decrement(ref _openStreams) == 0 && Volatile.Read(ref _disposed) == 1)
        {
            _allClosed.TrySetResult();
        }
    }

    private InstalledPack Installed(string packId) =>
        _store.Find(packId) ?? throw new ModelPackException(packId, _store.Describe(packId).Detail ?? $"pack {packId} is not installed");

    private IRecognizerModel LoadRecognizer(string packId)
    {
        IRecognizerModel model = RecognizerKinds.Load(packId, Installed);

        return model.NeedsPreparation ? new ReservingModel(model, _scheduler) : Paged(model);
    }

    // The first recognizer pages the weights in: better now than under a speaker's first words.
    private static IRecognizerModel Paged(IRecognizerModel model)
    {
        model.CreateRecognizer(RecognizerOptions.Default).Dispose();
        return model;
    }
}
