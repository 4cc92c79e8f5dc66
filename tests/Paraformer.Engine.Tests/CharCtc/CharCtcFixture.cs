using Paraformer.Engine.CharCtc;
using Paraformer.Engine.Tests.CharCtc;
using Paraformer.Testing;

[assembly: AssemblyFixture(typeof(CharCtcFixture))]

namespace Paraformer.Engine.Tests.CharCtc;

/// <summary>The Mandarin model, loaded when first needed.</summary>
public sealed class CharCtcFixture : IDisposable
{
    private readonly Lazy<CharCtcModel> _model = new(() => CharCtcModel.Load(Packs.Require("zh-char-ctc"), Packs.Require("lm-zh")));

    internal CharCtcModel Model => _model.Value;

    internal List<WordHypothesis> Recognize(Clip clip, int piece = 2048, params HotWord[] hotWords)
    {
        using IStreamingRecognizer recognizer = Model.CreateRecognizer(new RecognizerOptions { HotWords = hotWords });
        float[] samples = WaveFile.Read16BitMono(clip.Path);
        for (int i = 0; i < samples.Length; i += piece)
        {
            recognizer.Accept(samples.AsSpan(i, Math.Min(piece, samples.Length - i)));
        }

        return [.. recognizer.EndUtterance()];
    }

    internal static string Text(IEnumerable<WordHypothesis> words) => string.Concat(words.Select(w => w.Text));

    public void Dispose()
    {
        if (_model.IsValueCreated)
        {
            _model.Value.Dispose();
        }
    }
}
