namespace Paraformer.Engine.Tests.ParaformerModels;

/// <summary>Streams of one model, each with audio and pieces of its own: one after the other without company, and all at once.</summary>
internal static class ConcurrentStreams
{
    /// <summary>Audio and how many samples come at a time.</summary>
    public sealed record Speech(float[] Samples, int Piece);

    public static WordHypothesis[] Alone(IRecognizerModel model, Speech speech)
    {
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        for (int at = 0; at < speech.Samples.Length; at += speech.Piece)
        {
            recognizer.Accept(speech.Samples.AsSpan(at, Math.Min(speech.Piece, speech.Samples.Length - at)));
            recognizer.Partial();
        }

        return [.. recognizer.EndUtterance()];
    }

    public static async Task<WordHypothesis[]> TogetherAsync(IRecognizerModel model, Speech speech, CancellationToken cancellationToken)
    {
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        for (int at = 0; at < speech.Samples.Length; at += speech.Piece)
        {
            await recognizer.AcceptAsync(speech.Samples.AsMemory(at, Math.Min(speech.Piece, speech.Samples.Length - at)), cancellationToken);
            await recognizer.PartialAsync(cancellationToken);
        }

        return [.. await recognizer.EndUtteranceAsync(cancellationToken)];
    }

    /// <summary>Eight streams of several lengths and chunkings: some end while others are in the middle.</summary>
    public static Speech[] Make(float[] samples)
    {
        int[] pieces = [160, 1600, 2048, 9600, 16000, samples.Length, 7777, 512];
        return [.. pieces.Select((piece, i) => new Speech(samples[(i * 800)..(samples.Length - (i * 2500))], piece))];
    }

    /// <summary>The same words at the same times; confidences as exact as floats are.</summary>
    public static void AssertSame(WordHypothesis[] expected, WordHypothesis[] actual)
    {
        Assert.Equal(expected.Select(w => w with { Confidence = 0 }), actual.Select(w => w with { Confidence = 0 }));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Confidence, pair.Second.Confidence, 1e-3f));
    }
}
