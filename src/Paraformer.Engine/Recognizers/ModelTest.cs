using Paraformer.Engine.Vosk;

namespace Paraformer.Engine.Recognizers;

/// <summary>A short try-out of a model that is to replace another: a second of speech must go through it.</summary>
internal static class ModelTest
{
    /// <summary>Tries a recogniser out.</summary>
    /// <exception cref="RecognitionException">It does not work.</exception>
    public static async Task RunAsync(IRecognizerModel model, CancellationToken cancellationToken)
    {
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        while (recognizer.Prepare())
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        await recognizer.AcceptAsync(WarmUp.Samples, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<WordHypothesis> words = await recognizer.EndStreamAsync(cancellationToken).ConfigureAwait(false);
        if (words.Any(w => w.EndSample < w.BeginSample || !float.IsFinite(w.Confidence)))
        {
            throw new RecognitionException(RecognitionError.Internal, $"pack {model.PackId} returned a word without a time or a confidence");
        }
    }

    /// <summary>Tries a voice activity detector out.</summary>
    /// <exception cref="RecognitionException">It does not work.</exception>
    public static Task RunAsync(IVoiceActivityModel model, CancellationToken cancellationToken)
    {
        using IVoiceActivityDetector detector = model.CreateDetector();
        ReadOnlySpan<float> samples = WarmUp.Samples.Span;
        for (; samples.Length >= detector.WindowSamples; samples = samples[detector.WindowSamples..])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (detector.Detect(samples[..detector.WindowSamples]) is not (>= 0 and <= 1))
            {
                throw new RecognitionException(RecognitionError.Internal, $"pack {model.PackId} returned a probability outside 0 to 1");
            }
        }

        return Task.CompletedTask;
    }
}
