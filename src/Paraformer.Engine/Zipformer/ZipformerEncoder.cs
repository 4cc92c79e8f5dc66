using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Features;
using Paraformer.Engine.Onnx;

namespace Paraformer.Engine.Zipformer;

/// <summary>A tensor that a stream carries from one run to the next; zeros at first.</summary>
/// <param name="Input">Its name going in.</param>
/// <param name="Output">Its name coming out.</param>
/// <param name="IsCount">Whether it holds int64 rather than float.</param>
/// <param name="Shape">Its shape for one stream.</param>
internal sealed record StateTensor(string Input, string Output, bool IsCount, long[] Shape)
{
    public OrtValue Create()
    {
        long length = Shape.Aggregate(1L, (product, d) => product * d);
        return IsCount ? OrtValue.CreateTensorValueFromMemory(new long[length], Shape) : OrtValue.CreateTensorValueFromMemory(new float[length], Shape);
    }
}

/// <summary>
/// A streaming zipformer of version 1 or 2, told apart by the graph's properties: <c>x</c> float[1,T,80] and its caches to a row every 40 ms, or to
/// the scores of a CTC. Shared read-only.
/// </summary>
internal sealed class ZipformerEncoder
{
    public const int MelBins = 80;

    // Far more than any public model has: a damaged number must not ask for endless memory.
    private const int MostLayers = 256;
    private const int MostValues = 1 << 12;
    private const long MostStateValues = 1 << 26;

    private readonly PackGraph _graph;

    /// <exception cref="Paraformer.Models.ModelPackException">The graph is of another model, or does not fit its own properties.</exception>
    public ZipformerEncoder(PackGraph graph)
    {
        _graph = graph;
        string type = graph.Metadata.TryGetValue("model_type", out string? stated) ? stated : throw graph.Wrong("has no property 'model_type'");
        if (graph.Metadata.TryGetValue("feature", out string? feature) && feature.Length > 0 && feature != "fbank")
        {
            throw graph.Wrong($"wants the features '{feature}'; this engine makes log-mel filter banks");
        }

        ChunkFrames = graph.Number("T", 1, 4096);
        ShiftFrames = graph.Number("decode_chunk_len", 1, ChunkFrames);
        graph.RequireInput("x", TensorElementType.Float, 1, ChunkFrames, MelBins);
        States = Bind(type switch
        {
            "zipformer2" => Version2(graph),
            "zipformer" => Version1(graph),
            _ => throw graph.Wrong($"is of the type '{type}'; zipformer or zipformer2 is expected"),
        });
        InputNames = ["x", .. States.Select(s => s.Input)];
        OutputNames = [graph.Session.OutputNames[0], .. States.Select(s => s.Output)];
        graph.RequireOutput(OutputNames[0], TensorElementType.Float, 1, -1, -1);
        (OutputFrames, OutputWidth) = Probe();
    }

    /// <summary>Frames of 10 ms that a run takes.</summary>
    public int ChunkFrames { get; }

    /// <summary>Frames from one run to the next.</summary>
    public int ShiftFrames { get; }

    /// <summary>Rows that a run gives.</summary>
    public int OutputFrames { get; }

    /// <summary>Values of a row.</summary>
    public int OutputWidth { get; }

    /// <summary>Samples that a row stands for.</summary>
    public int SamplesPerRow => ShiftFrames * FilterBankOptions.Icefall.FrameShift / OutputFrames;

    /// <summary>Name of the output whose rows these are.</summary>
    public string Output => OutputNames[0];

    public IReadOnlyList<StateTensor> States { get; }

    internal string[] InputNames { get; }

    internal string[] OutputNames { get; }

    /// <summary>Makes the runs of a stream.</summary>
    public GraphRun CreateRun() => new(_graph);

    /// <summary>Checks rows that a run gave.</summary>
    /// <exception cref="Paraformer.Models.ModelPackException">They are no numbers.</exception>
    public void RequireNumbers(ReadOnlySpan<float> rows) => _graph.RequireNumbers(Output, rows, areLogarithms: true);

    private static List<(string Name, bool IsCount, int[] Shape)> Version2(PackGraph graph)
    {
        int[] layers = graph.Numbers("num_encoder_layers", 1, MostLayers);
        int[] Values(string key) => graph.Numbers(key, 1, MostValues) is { } values && values.Length == layers.Length
            ? values
            : throw graph.Wrong($"has not {layers.Length} values for '{key}', one for each stack");
        int[] dims = Values("encoder_dims"), query = Values("query_head_dims"), value = Values("value_head_dims"), heads = Values("num_heads");
        int[] kernels = Values("cnn_module_kernels"), left = Values("left_context_len");
        List<(string, bool, int[])> states = [];
        int index = 0;
        for (int s = 0; s < layers.Length; s++)
        {
            for (int layer = 0; layer < layers[s]; layer++, index++)
            {
                states.Add(($"cached_key_{index}", false, [left[s], 1, query[s] * heads[s]]));
                states.Add(($"cached_nonlin_attn_{index}", false, [1, 1, left[s], 3 * dims[s] / 4]));
                states.Add(($"cached_val1_{index}", false, [left[s], 1, value[s] * heads[s]]));
                states.Add(($"cached_val2_{index}", false, [left[s], 1, value[s] * heads[s]]));
                states.Add(($"cached_conv1_{index}", false, [1, dims[s], kernels[s] / 2]));
                states.Add(($"cached_conv2_{index}", false, [1, dims[s], kernels[s] / 2]));
            }
        }

        states.Add(("embed_states", false, [1, 128, 3, 19]));
        states.Add(("processed_lens", true, [1]));
        return states;
    }

    private static List<(string Name, bool IsCount, int[] Shape)> Version1(PackGraph graph)
    {
        int[] layers = graph.Numbers("num_encoder_layers", 1, MostLayers);
        int[] Values(string key) => graph.Numbers(key, 1, MostValues) is { } values && values.Length == layers.Length
            ? values
            : throw graph.Wrong($"has not {layers.Length} values for '{key}', one for each stack");
        int[] dims = Values("encoder_dims"), attention = Values("attention_dims"), kernels = Values("cnn_module_kernels"), left = Values("left_context_len");
        List<(string, bool, int[])> states = [];
        void Add(string name, bool isCount, Func<int, int[]> shape)
        {
            for (int s = 0; s < layers.Length; s++)
            {
                states.Add(($"{name}_{s}", isCount, shape(s)));
            }
        }

        Add("cached_len", true, s => [layers[s], 1]);
        Add("cached_avg", false, s => [layers[s], 1, dims[s]]);
        Add("cached_key", false, s => [layers[s], left[s], 1, attention[s]]);
        Add("cached_val", false, s => [layers[s], left[s], 1, attention[s] / 2]);
        Add("cached_val2", false, s => [layers[s], left[s], 1, attention[s] / 2]);
        Add("cached_conv1", false, s => [layers[s], 1, dims[s], kernels[s] - 1]);
        Add("cached_conv2", false, s => [layers[s], 1, dims[s], kernels[s] - 1]);
        return states;
    }

    // Outputs come in the order of the inputs; not all exports name them alike.
    private List<StateTensor> Bind(List<(string Name, bool IsCount, int[] Shape)> expected)
    {
        IReadOnlyList<string> outputs = _graph.Session.OutputNames;
        if (outputs.Count != expected.Count + 1 || _graph.Session.InputNames.Count != expected.Count + 1)
        {
            throw _graph.Wrong(
                $"has {_graph.Session.InputNames.Count} inputs and {outputs.Count} outputs; its properties ask for {expected.Count + 1} of each");
        }

        long values = expected.Sum(state => state.Shape.Aggregate(1L, (product, d) => product * d));
        if (values > MostStateValues)
        {
            throw _graph.Wrong($"asks for {values} values of state for each stream; at most {MostStateValues} are run");
        }

        List<StateTensor> states = [];
        foreach ((string name, bool isCount, int[] shape) in expected)
        {
            TensorElementType type = isCount ? TensorElementType.Int64 : TensorElementType.Float;
            string output = outputs[states.Count + 1];
            _graph.RequireInput(name, type, shape);
            _graph.RequireOutput(output, type, shape);

            states.Add(new StateTensor(name, output, isCount, [.. shape.Select(d => (long)d)]));
        }

        return states;
    }

    private (int Frames, int Width) Probe()
    {
        List<OrtValue> inputs = [OrtValue.CreateTensorValueFromMemory(new float[ChunkFrames * MelBins], [1, ChunkFrames, MelBins])];
        try
        {
            inputs.AddRange(States.Select(s => s.Create()));
            using GraphRun run = CreateRun();
            using IDisposableReadOnlyCollection<OrtValue> outputs = run.Run(InputNames, inputs, OutputNames);
            for (int i = 0; i < States.Count; i++)
            {
                long[] shape = outputs[i + 1].GetTensorTypeAndShape().Shape;
                if (!shape.SequenceEqual(States[i].Shape))
                {
                    throw _graph.Wrong($"gives the shape [{string.Join(", ", shape)}] in '{States[i].Output}'; [{string.Join(", ", States[i].Shape)}] is expected");
                }
            }

            long[] rows = outputs[0].GetTensorTypeAndShape().Shape;
            RequireNumbers(outputs[0].GetTensorDataAsSpan<float>());
            return rows is [1, > 0, > 0] && rows[1] <= ShiftFrames && ShiftFrames % rows[1] == 0
                ? ((int)rows[1], (int)rows[2])
                : throw _graph.Wrong($"gives the shape [{string.Join(", ", rows)}] in '{OutputNames[0]}'; rows of {ShiftFrames} frames are expected");
        }
        catch (OnnxRuntimeException e)
        {
            throw _graph.Wrong($"cannot be run ({e.Message})", e);
        }
        finally
        {
            inputs.ForEach(input => input.Dispose());
        }
    }
}
