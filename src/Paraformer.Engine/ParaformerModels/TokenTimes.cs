namespace Paraformer.Engine.ParaformerModels;

/// <summary>Times of tokens from a timestamp predictor's output, as FunASR reads it: a token lasts from one peak to the next.</summary>
internal static class TokenTimes
{
    /// <summary>Samples of a step: 20 ms.</summary>
    public const int StepSamples = 320;

    private const double Threshold = 1 - 1e-4;

    // Peaks come late by this many steps.
    private const double Delay = 1.5;
    private const double LongestToken = 30;
    private const double LeastPause = 5;

    /// <summary>Begin and end of every token, in steps.</summary>
    /// <param name="peaks">The running sum of the weights.</param>
    /// <param name="alphas">The weights, for where the peaks do not fit the number of tokens.</param>
    /// <param name="count">Tokens, without the one that ends the text.</param>
    public static (double Begin, double End)[] Find(ReadOnlySpan<float> peaks, ReadOnlySpan<float> alphas, int count)
    {
        var spans = new (double Begin, double End)[count];
        if (count == 0)
        {
            return spans;
        }

        List<double> fires = Fires(peaks);
        if (fires.Count != count + 1)
        {
            fires = Rebuild(alphas, count + 1);
        }

        double steps = peaks.Length;
        for (int i = 0; i < count; i++)
        {
            double begin = fires.Count == 0 ? 0 : fires[Math.Min(i, fires.Count - 1)];
            double end = fires.Count == 0 ? steps : fires[Math.Min(i + 1, fires.Count - 1)];
            spans[i] = (begin, i + 1 < count && end - begin >= LongestToken ? begin + LongestToken : end);
        }

        double last = fires.Count == 0 ? steps : fires[^1];
        spans[^1].End = steps - last > LeastPause ? (steps + last) / 2 : steps;
        return spans;
    }

    private static List<double> Fires(ReadOnlySpan<float> peaks)
    {
        List<double> fires = [];
        for (int i = 0; i < peaks.Length; i++)
        {
            if (peaks[i] > Threshold)
            {
                fires.Add(i - Delay);
            }
        }

        return fires;
    }

    private static List<double> Rebuild(ReadOnlySpan<float> alphas, int count)
    {
        double sum = 0;
        foreach (float alpha in alphas)
        {
            sum += alpha;
        }

        List<double> fires = [];
        double integrated = 0;
        for (int i = 0; i < alphas.Length && sum > 0; i++)
        {
            integrated += alphas[i] * (count / sum);
            if (integrated >= Threshold)
            {
                fires.Add(i - Delay);
                integrated -= Threshold;
            }
        }

        return fires;
    }
}
