using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Paraformer.Models;

namespace Paraformer.Engine.Text;

/// <summary>
/// A CT-Transformer pack: <c>inputs</c> int32[1,T] and <c>text_lengths</c> int32[1] to <c>logits</c> float[1,T,classes]; the streaming variant also takes
/// <c>vad_masks</c> and <c>sub_masks</c> float[1,1,T,T], all ones for text without a remembered part. Safe to share.
/// </summary>
internal sealed class CtTransformerModel : IDisposable
{
    private const string Unknown = "<unk>";
    private static readonly string[] s_files = ["model_quant.onnx", "model.int8.onnx", "model.onnx"];
    private static readonly string[] s_masks = ["vad_masks", "sub_masks"];
    private static readonly string[] s_defaultClasses = [Unknown, "_", "，", "。", "？", "、"];

    private readonly InferenceSession _session;
    private readonly FrozenDictionary<string, int> _vocabulary;
    private readonly int _unknown;
    private readonly string[] _inputs;
    private readonly PunctuationMark[] _classes;

    private CtTransformerModel(string pack, InferenceSession session, string[] tokens, string[] classes)
    {
        _session = session;
        _vocabulary = tokens.Index().DistinctBy(item => item.Item).ToFrozenDictionary(item => item.Item, item => item.Index, StringComparer.Ordinal);
        _unknown = _vocabulary.TryGetValue(Unknown, out int row) ? row : throw new ModelPackException(pack, $"pack {pack}: tokens.json has no {Unknown}");
        _inputs = ["inputs", "text_lengths", .. s_masks.Where(session.InputMetadata.ContainsKey)];
        _classes = [.. classes.Select(MarkOf)];
        string? missing = _inputs.Take(2).FirstOrDefault(name => !session.InputMetadata.ContainsKey(name))
            ?? (session.OutputMetadata.ContainsKey("logits") ? null : "logits");
        if (missing is not null)
        {
            throw new ModelPackException(pack, $"pack {pack}: the graph has no tensor '{missing}', so it is not a CT-Transformer");
        }
    }

    /// <summary>Loads and checks the model.</summary>
    /// <exception cref="ModelPackException">A file is missing or is not of a CT-Transformer.</exception>
    public static CtTransformerModel Load(InstalledPack pack)
    {
        string id = pack.Descriptor.Id;
        string file = s_files.Select(name => Path.Combine(pack.Folder, name)).FirstOrDefault(File.Exists)
            ?? throw new ModelPackException(id, $"pack {id} has none of {string.Join(", ", s_files)}");
        InferenceSession? session = null;
        try
        {
            using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, EnableCpuMemArena = false, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            session = Onnx.SessionSettings.Open(file, options);
            Dictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
            string[] classes = metadata.TryGetValue("punctuations", out string? named) ? named.Split('|') : s_defaultClasses;
            string[] tokens = metadata.TryGetValue("tokens", out string? joined) ? joined.Split('|') : ReadTokens(id, pack.PathOf("tokens.json"));
            return new CtTransformerModel(id, session, tokens, classes);
        }
        catch (OnnxRuntimeException e)
        {
            session?.Dispose();
            throw new ModelPackException(id, $"pack {id}: {file} cannot be loaded: run 'paraformer models verify {id}'", e);
        }
        catch (ModelPackException)
        {
            session?.Dispose();
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

            using var run = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(run, _inputs, values, ["logits"]);
            ReadOnlySpan<float> logits = outputs[0].GetTensorDataAsSpan<float>();
            int width = logits.Length / ids.Length;
            for (int i = 0; i < ids.Length; i++)
            {
                int best = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits.Slice(i * width, width));
                marks[i] = best < _classes.Length ? _classes[best] : PunctuationMark.None;
            }
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }

    public void Dispose() => _session.Dispose();

    private static string[] ReadTokens(string pack, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            return [.. document.RootElement.EnumerateArray().Select(token => token.GetString() ?? string.Empty)];
        }
        catch (Exception e) when (e is IOException or JsonException or InvalidOperationException)
        {
            throw new ModelPackException(pack, $"pack {pack}: {file} is not a list of tokens: run 'paraformer models verify {pack}'", e);
        }
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
