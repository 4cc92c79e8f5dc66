using Paraformer.Engine.Features;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>A Paraformer's input from samples: log-mel frames, seven of them every six as one, normalised. Not thread-safe.</summary>
internal sealed class ParaformerFeatures(FilterBank bank, MeanVariance statistics, int window, int shift)
{
    private readonly FilterBankStream _bank = new(bank);
    private readonly LowFrameRate _stacker = new(bank.Options.MelBins, window, shift);
    private readonly FrameBuffer _mel = new(bank.Options.MelBins);
    private int _normalized;

    /// <summary>The frames that are there; whoever takes some removes them with <see cref="Remove"/>.</summary>
    public FrameBuffer Frames { get; } = new(bank.Options.MelBins * window);

    /// <summary>Hears samples in [-1, 1].</summary>
    public void Accept(ReadOnlySpan<float> samples)
    {
        _bank.Accept(samples, _mel);
        _stacker.Accept(_mel, Frames);
        Normalize();
    }

    /// <summary>Ends the audio: adds the frames that repeat the last one. What follows is a new beginning.</summary>
    public void Finish()
    {
        _bank.Finish(_mel);
        _stacker.Accept(_mel, Frames);
        _stacker.Finish(Frames);
        Normalize();
    }

    /// <summary>Forgets the oldest frames.</summary>
    public void Remove(int frames)
    {
        Frames.RemoveFirst(frames);
        _normalized -= frames;
    }

    private void Normalize()
    {
        statistics.Apply(Frames.Values[(_normalized * Frames.Dimension)..]);
        _normalized = Frames.Count;
    }
}
