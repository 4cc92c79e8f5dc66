using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Onnx;
using Paraformer.Models;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>Makes the vectors that a contextual or SeACo Paraformer takes hot words as. Shared read-only.</summary>
internal sealed class HotWordEmbedder : IDisposable
{
    /// <summary>Tokens of a hot word at most; what is longer is cut.</summary>
    public const int RowTokens = 10;

    private readonly PackGraph _graph;
    private readonly PieceVocabulary _vocabulary;
    private readonly Dictionary<string, string>? _pieces;
    private readonly int _width;

    private HotWordEmbedder(PackGraph graph, PieceVocabulary vocabulary, Dictionary<string, string>? pieces, int width)
    {
        _graph = graph;
        _vocabulary = vocabulary;
        _pieces = pieces;
        _width = width;
        graph.RequireInput("hotword", TensorElementType.Int32, -1, RowTokens);
        graph.RequireOutput("hw_embed", TensorElementType.Float, -1, -1, width);
        Blank = Embed([]);
    }

    /// <summary>The vector of "no hot word", [1, width].</summary>
    public float[] Blank { get; }

    /// <summary>Pieces of English words; null where the pack has no such list.</summary>
    public IReadOnlyDictionary<string, string>? Pieces => _pieces;

    /// <summary>Loads and checks the pack's embedder.</summary>
    /// <param name="pack">The pack.</param>
    /// <param name="vocabulary">The pack's vocabulary.</param>
    /// <param name="width">Values of a vector, as the recogniser takes them; 0 where its graph does not say.</param>
    /// <exception cref="ModelPackException">A file is missing or damaged, or does not fit.</exception>
    public static HotWordEmbedder Load(InstalledPack pack, PieceVocabulary vocabulary, int width)
    {
        PackGraph graph = PackGraph.Load(pack, "model_eb_quant.onnx", "model_eb.int8.onnx", "model_eb.onnx");
        try
        {
            Dictionary<string, string>? pieces = File.Exists(Path.Combine(pack.Folder, "seg_dict")) ? PackText.Read(pack, "seg_dict", ParsePieces) : null;
            return new HotWordEmbedder(graph, vocabulary, pieces, width);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>The vectors of the words that the vocabulary can write, and of "no hot word" behind them: [words + 1, width].</summary>
    public float[] Embed(IEnumerable<string> words)
    {
        List<int[]> rows = [.. words.Select(w => _vocabulary.Tokenize(w, _pieces)).Where(t => t.Length > 0), [_vocabulary.Begin]];
        var tokens = new int[rows.Count * RowTokens];
        for (int i = 0; i < rows.Count; i++)
        {
            rows[i].AsSpan(0, Math.Min(RowTokens, rows[i].Length)).CopyTo(tokens.AsSpan(i * RowTokens));
        }

        try
        {
            using var run = new GraphRun(_graph);
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(tokens, [rows.Count, RowTokens]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = run.Run(["hotword"], [input], ["hw_embed"]);
            if (outputs[0].GetTensorTypeAndShape().Shape is not [RowTokens, var count, var width] || count != rows.Count || (_width > 0 && width != _width))
            {
                throw _graph.Wrong($"gives 'hw_embed' of another shape than [{RowTokens}, words, {_width}]");
            }

            // The vector at a word's last token, out of [time, word, width].
            ReadOnlySpan<float> values = outputs[0].GetTensorDataAsSpan<float>();
            _graph.RequireNumbers("hw_embed", values);
            var embedded = new float[count * width];
            for (int i = 0; i < rows.Count; i++)
            {
                int last = Math.Min(RowTokens, rows[i].Length) - 1;
                values.Slice((int)(((last * count) + i) * width), (int)width).CopyTo(embedded.AsSpan((int)(i * width)));
            }

            return embedded;
        }
        catch (OnnxRuntimeException e)
        {
            throw _graph.Wrong($"cannot be run ({e.Message})", e);
        }
    }

    public void Dispose() => _graph.Dispose();

    private static Dictionary<string, string> ParsePieces(string text)
    {
        Dictionary<string, string> pieces = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            if (line.Split('\t', 2) is [var word, var parts])
            {
                pieces[word] = parts.TrimEnd('\r', ' ');
            }
        }

        return pieces;
    }
}
