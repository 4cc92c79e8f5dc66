using Paraformer.Audio;
using Paraformer.Engine.Endpointing;
using Paraformer.Engine.Pipeline;
using Paraformer.Engine.Routing;
using Paraformer.Engine.Streams;
using Paraformer.Engine.Text;

namespace Paraformer.Engine;

/// <summary>How a stream is opened and closed.</summary>
public sealed partial class RecognitionEngine
{
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

    // All packs that serve, each with its language where it serves one alone.
    private IEnumerable<(string? Language, string Pack)> Choose(StreamRequest request)
    {
        if (_only is not null)
        {
            return [(request.Languages.Count == 1 ? request.Languages[0] : null, _only.PackId)];
        }

        IReadOnlyList<ServedLanguage> languages = _router.Route(request);
        foreach (ServedLanguage missing in languages.Where(l => l.Pack is null))
        {
            EngineLog.LanguageNotServed(_logger, request.Model, missing.Language, missing.Remedy ?? "");
        }

        return languages.Where(l => l.Pack is not null)
            .GroupBy(l => l.Pack!, l => l.Language)
            .Select(served => (served.Distinct().Count() == 1 ? served.First() : null, served.Key));
    }

    // Counts the stream as open.
    private void Admit()
    {
        if (Interlocked.Increment(ref _openStreams) > _options.MaxStreams)
        {
            Closed();
            EngineMetrics.StreamRefused("full");
            throw new RecognitionException(RecognitionError.Overloaded, $"all {_options.MaxStreams} streams are in use: try again later");
        }

        if (_options.MaxQueueDelay is { } most && _scheduler.Delay.Current is { } delay && delay > most)
        {
            Closed();
            EngineMetrics.StreamRefused("busy");
            throw new RecognitionException(
                RecognitionError.Overloaded, $"the machine is busy: ready streams wait {delay.TotalMilliseconds:0} ms for their turn, {most.TotalMilliseconds:0} ms are allowed: try again later");
        }
    }

    // Of an admitted stream.
    private async Task<RecognitionStream> OpenAsync(StreamRequest request, StreamingAudioDecoder decoder, StreamModels models, TextFormatter formatter, CancellationToken cancellationToken)
    {
        // Native state is made where it is used and freed: on the workers. Spread over the thread pool's threads it would
        // leave a piece of every thread's heap behind.
        var options = new RecognizerOptions
        {
            HotWords = request.HotWords,
            Punctuation = request.Punctuation,
            InverseTextNormalization = request.InverseTextNormalization,
        };
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
            Language = models.Recognizers[0].Language ?? (request.Languages.Count > 0 ? request.Languages[0] : ""),
        };
        Task<RecognitionPipeline> making = _scheduler.RunAsync(
            () => new RecognitionPipeline(models.Detector!.Model.CreateDetector(), ParallelRecognizer.Create(models.Recognizers, options), endpointing, formatter, sentences));
        try
        {
            RecognitionPipeline pipeline = await making.WaitAsync(cancellationToken).ConfigureAwait(false);
            bool isCompressed = request.Format is not ("pcm" or "wav");
            return new RecognitionStream(_scheduler, decoder, pipeline, models.PackIds, isCompressed, () => Closed(models), _logger);
        }
        catch
        {
            decoder.Dispose();
            _ = DisposeWhenMadeAsync(making, models);
            throw;
        }
    }

    private async Task DisposeWhenMadeAsync(Task<RecognitionPipeline> making, StreamModels models)
    {
        await ((Task)making).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (making.IsCompletedSuccessfully)
        {
            (await making.ConfigureAwait(false)).Dispose();
        }

        Closed(models);
    }

    private void Closed(StreamModels models)
    {
        models.Dispose();
        _freedMemory.StreamClosed();
        Closed();
    }

    private void Closed()
    {
        if (Interlocked.Decrement(ref _openStreams) == 0 && Volatile.Read(ref _disposed) == 1)
        {
            _allClosed.TrySetResult();
        }
    }
}
