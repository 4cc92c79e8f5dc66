using System.Collections.Frozen;
using System.Numerics.Tensors;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Onnx;
using Paraformer.Models;

namespace Paraformer.Engine.Text;

/// <summary>
/// A CT-Transformer pack: <c>inputs</c> int32[1,T] and <c>text_lengths</c> int32[1] to <c>logits</c> float[1,T,classes]; the streaming variant also takes
/// <c>vad_masks</c> and <c>sub_masks</c> float[1,1,T,T], all ones for text without a remembered part. Safe to share.
/// </summary>
internal sealed class CtTransformerModel : IDisposable
{
    private const string Unknown = "<unk>";
    private static readonly string[] s_masks = ["vad_masks", "sub_masks"];
    private static readonly string[] s_defaultClasses = [Unknown, "_", "，", "。", "？", "、"];

    private readonly PackGraph _graph;
    private readonly FrozenDictionary<string, int> _vocabulary;
    private readonly int _unknown;
    private readonly string[] _inputs;
    private readonly PunctuationMark[] _classes;

    private CtTransformerModel(PackGraph graph, string[] tokens, string[] classes)
    {
        _graph = graph;
        _vocabulary = tokens.Index().DistinctBy(item => item.Item).ToFrozenDictionary(item => item.Item, item => item.Index, StringComparer.Ordinal);
        _unknown = _vocabulary.TryGetValue(Unknown, out int row) ? row : throw graph.Wrong($"cannot be used with a vocabulary that has no {Unknown}");
        _classes = [.. classes.Select(MarkOf)];
        _inputs = ["inputs", "text_lengths", .. s_masks.Where(graph.Session.InputMetadata.ContainsKey)];
        graph.RequireInput("inputs", TensorElementType.Int32, -1, -1);
        graph.RequireInput("text_lengths", TensorElementType.Int32, -1);
        foreach (string mask in _inputs.AsSpan(2))
        {
            graph.RequireInput(mask, TensorElementType.Float, -1, -1, -1, -1);
        }

        graph.RequireOutput("logits", TensorElementType.Float, -1, -1, -1);
        try
        {
            Run([_unknown, _unknown], new PunctuationMark[2]);
        }
        catch (OnnxRuntimeException e)
        {
            throw graph.Wrong($"cannot be run ({e.Message})", e);
        }
    }

    /// <summary>Loads and checks the model, and runs it once.</summary>
    /// <exception cref="ModelPackException">A file is missing, damaged or not of a CT-Transformer.</exception>
    public static CtTransformerModel Load(InstalledPack pack)
    {
        PackGraph graph = PackGraph.Load(pack, "model_quant.onnx", "model.int8.onnx", "model.onnx");
        try
        {
            string[] classes = graph.Metadata.TryGetValue("punctuations", out string? named) ? named.Split('|') : s_defaultClasses;
            string[] tokens = graph.Metadata.TryGetValue("tokens", out string? joined) ? joined.Split('|') : PackText.ReadBytes(pack, "tokens.json", ReadTokens);
            return new CtTransformerModel(graph, tokens, classes);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Number of a unit in the vocabulary; letters are looked up in lower case.</summary>
    public int IdOf(string unit) => _vocabulary.GetValueOrDefault(unit.ToLowerInvariant(), _unknown);

    /// <summary>The mark after each unit.</summary>
    /// <param name="ids">Numbers of the units.</param>
    /// <param name="marks">Receives as many marks.</param>
    public void Run(ReadOnlySpan<int> ids, Span<PunctuationMark> marks)
    {
        var values = new List<OrtValue>(_inputs.Length);
        try
        {
            values.Add(OrtValue.CreateTensorValueFromMemory(ids.ToArray(), [1, ids.Length]));
            values.Add(OrtValue.CreateTensorValueFromMemory(new[] { ids.Length }, [1]));
            foreach (string unused in _inputs.Skip(2))
            {
                var ones = new float[ids.Length * ids.Length];
                Array.Fill(ones, 1);
                values.Add(OrtValue.CreateTensorValueFromMemory(ones, [1, 1, ids.Length, ids.Length]));
            }

            using var run = new GraphRun(_graph);
            using IDisposableReadOnlyCollection<OrtValue> outputs = run.Run(_inputs, values, ["logits"]);
            _graph.RequireShape("logits", outputs[0], 1, ids.Length, _classes.Length);
            ReadOnlySpan<float> logits = outputs[0].GetTensorDataAsSpan<float>();
            _graph.RequireNumbers("logits", logits, areLogarithms: true);
            int width = _classes.Length;
            for (int i = 0; i < ids.Length; i++)
            {
                marks[i] = _classes[TensorPrimitives.IndexOfMax(logits.Slice(i * width, width))];
            }
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }

    public void Dispose() => _graph.Dispose();

    private static string[] ReadTokens(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.EnumerateArray().All(token => token.ValueKind == JsonValueKind.String)
            ? [.. document.RootElement.EnumerateArray().Select(token => token.GetString()!)]
            : throw new FormatException("it is not a list of strings");
    }

    private static PunctuationMark MarkOf(string name) => name switch
    {
        "，" or "," => PunctuationMark.Comma,
        "。" or "." => PunctuationMark.Stop,
        "？" or "?" => PunctuationMark.Question,
        "、" => PunctuationMark.Enumeration,
        _ => PunctuationMark.None,
    };
}
