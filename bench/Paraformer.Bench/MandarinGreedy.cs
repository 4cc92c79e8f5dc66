using System.Text;
using Paraformer.Engine.CharCtc;
using Paraformer.Engine.Features;

namespace Paraformer.Bench;

/// <summary>What the network alone says: the best class of each frame, repeats and blanks left out. No decoder, no language model.</summary>
internal static class MandarinGreedy
{
    private const int FrameStep = 3;

    // Class 0 is the blank, class 1 the unknown.
    private const int FirstSpelling = 2;

    public static string Text(CharCtcModel model, float[] samples)
    {
        var bank = new FilterBankStream(model.FilterBank);
        var stacker = new LowFrameRate(80, CharCtcRecognizer.StackedFrames, FrameStep);
        FsmnNetwork.Stream network = model.Network.CreateStream();
        FrameBuffer mel = new(80), stacked = new(80 * CharCtcRecognizer.StackedFrames), logits = new(model.Network.Outputs);
        bank.Accept(samples, mel);
        bank.Finish(mel);
        stacker.Accept(mel, stacked);
        stacker.Finish(stacked);
        model.Statistics.Apply(stacked.Values);
        network.Run(stacked, logits);
        network.Finish(logits);

        var text = new StringBuilder();
        int last = 0;
        for (int i = 0; i < logits.Count; i++)
        {
            int best = System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(logits[i]);
            if (best != last && best >= FirstSpelling)
            {
                text.Append(model.Lexicon.Tokens[best]);
            }

            last = best;
        }

        return text.ToString();
    }
}
