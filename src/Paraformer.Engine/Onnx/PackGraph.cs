using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Models;

namespace Paraformer.Engine.Onnx;

/// <summary>An ONNX graph of a pack. What a recogniser relies on is checked before its first run, so that a wrong file is an error with a name. Safe to share.</summary>
internal sealed class PackGraph : IDisposable
{
    // Public models take a fraction of a second for a step, and a few seconds for a batch of long utterances on a busy machine.
    private static readonly TimeSpan s_runLimit = TimeSpan.FromSeconds(60);
    private readonly string _packId;

    private PackGraph(string packId, string file, InferenceSession session)
    {
        _packId = packId;
        FileName = file;
        Session = session;
        Metadata = session.ModelMetadata.CustomMetadataMap;
    }

    /// <summary>The file inside the pack.</summary>
    public string FileName { get; }

    public InferenceSession Session { get; }

    /// <summary>How long one run may take before it is cut off.</summary>
    public TimeSpan RunLimit { get; init; } = s_runLimit;

    /// <summary>The graph's own properties.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Loads the first of the files that the pack has.</summary>
    /// <exception cref="ModelPackException">It has none of them, or the file is not an ONNX graph that this machine can run.</exception>
    public static PackGraph Load(InstalledPack pack, params ReadOnlySpan<string> names) => Load(pack, s_runLimit, names);

    /// <summary>As <see cref="Load(InstalledPack, ReadOnlySpan{string})"/>, with another limit for its runs.</summary>
    public static PackGraph Load(InstalledPack pack, TimeSpan runLimit, params ReadOnlySpan<string> names)
    {
        string id = pack.Descriptor.Id;
        foreach (string name in names)
        {
            string path = Path.Combine(pack.Folder, name);
            if (File.Exists(path))
            {
                return Open(id, name, path, runLimit);
            }
        }

        throw new ModelPackException(id, $"pack {id} in {pack.Folder} has none of {string.Join(", ", names!)}: run 'paraformer models verify {id}'");
    }

    /// <summary>The error that the file is not what it should be.</summary>
    public ModelPackException Wrong(string what, Exception? cause = null) =>
        new(_packId, $"pack {_packId}: {FileName} {what}: run 'paraformer models verify {_packId}'", cause);

    /// <summary>A whole number among the graph's properties.</summary>
    /// <exception cref="ModelPackException">It is missing or out of range.</exception>
    public int Number(string key, int least, int most) =>
        Numbers(key, least, most) is [int only] ? only : throw Wrong($"has several values for '{key}'; one is expected");

    /// <summary>A list of whole numbers among the graph's properties.</summary>
    /// <exception cref="ModelPackException">It is missing, or a value is out of range.</exception>
    public int[] Numbers(string key, int least, int most)
    {
        string text = Metadata.TryGetValue(key, out string? value) ? value : throw Wrong($"has no property '{key}'");
        string[] parts = text.Split(',');
        var numbers = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            numbers[i] = int.TryParse(parts[i], NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
                ? number
                : throw Wrong($"has '{Short(text)}' for '{key}'; whole numbers from {least} to {most} are expected");
        }

        return numbers;
    }

    /// <summary>Checks an input tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Type of its values.</param>
    /// <param name="shape">Its dimensions; -1 where any fits.</param>
    /// <exception cref="ModelPackException">There is none of that name, or it has another type or shape.</exception>
    public void RequireInput(string name, TensorElementType type, params ReadOnlySpan<int> shape) => Require("input", Session.InputMetadata, name, type, shape);

    /// <summary>Checks an output tensor, as <see cref="RequireInput"/>.</summary>
    public void RequireOutput(string name, TensorElementType type, params ReadOnlySpan<int> shape) => Require("output", Session.OutputMetadata, name, type, shape);

    /// <summary>Checks what a run gave.</summary>
    /// <exception cref="ModelPackException">It has another shape.</exception>
    public void RequireShape(string output, OrtValue value, params ReadOnlySpan<long> expected)
    {
        long[] shape = value.GetTensorTypeAndShape().Shape;
        if (!expected.SequenceEqual(shape))
        {
            throw Wrong($"gives '{output}' of shape [{string.Join(", ", shape)}]; [{string.Join(", ", expected.ToArray())}] is expected");
        }
    }

    /// <summary>Whether the first dimension of an input, the batch, has one size only.</summary>
    public bool HasFixedBatch(string input) => Session.InputMetadata[input].Dimensions is [> 0, ..];

    public void Dispose() => Session.Dispose();

    private static PackGraph Open(string packId, string name, string path, TimeSpan runLimit)
    {
        InferenceSession? session = null;
        try
        {
            using SessionOptions options = SessionSettings.Create();
            session = SessionSettings.Open(path, options);
            return new PackGraph(packId, name, session) { RunLimit = runLimit };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The runtime's own wrapper has several types of errors for what it cannot read in a file.
            session?.Dispose();
            throw new ModelPackException(packId, $"pack {packId}: {path} cannot be loaded ({Short(e.Message)}): run 'paraformer models verify {packId}'", e);
        }
    }

    /// <summary>What a tensor holds, for people; what is no tensor has no such type.</summary>
    public static string TypeOf(NodeMetadata node) => node.IsTensor ? node.ElementDataType.ToString() : node.OnnxValueType.ToString();

    /// <summary>Checks that values can be reckoned with.</summary>
    /// <param name="output">The output they come from.</param>
    /// <param name="values">The values.</param>
    /// <param name="areLogarithms">Whether they may be logarithms of nothing: negative infinity.</param>
    /// <exception cref="ModelPackException">Some are not a number, or infinite.</exception>
    public void RequireNumbers(string output, ReadOnlySpan<float> values, bool areLogarithms = false)
    {
        // The largest is not a number where one of them is none.
        if (!values.IsEmpty && (!float.IsFinite(TensorPrimitives.Max(values)) || (!areLogarithms && !float.IsFinite(TensorPrimitives.Min(values)))))
        {
            throw Wrong($"gives values in '{output}' that are not numbers, or infinite");
        }
    }

    private void Require(string what, IReadOnlyDictionary<string, NodeMetadata> tensors, string name, TensorElementType type, ReadOnlySpan<int> shape)
    {
        if (!tensors.TryGetValue(name, out NodeMetadata? tensor))
        {
            throw Wrong($"has no {what} '{name}'; it has {Short(string.Join(", ", tensors.Keys))}");
        }

        if (!tensor.IsTensor || tensor.ElementDataType != type)
        {
            throw Wrong($"has {TypeOf(tensor)} in {what} '{name}'; {type} is expected");
        }

        // A graph need not state the shapes of its outputs.
        bool fits = tensor.Dimensions.Length == shape.Length || (what == "output" && tensor.Dimensions.Length == 0);
        for (int i = 0; fits && i < tensor.Dimensions.Length; i++)
        {
            fits = shape[i] < 0 || tensor.Dimensions[i] <= 0 || tensor.Dimensions[i] == shape[i];
        }

        if (!fits)
        {
            throw Wrong($"has the shape {Describe(tensor.Dimensions)} in {what} '{name}'; {Describe(shape)} is expected");
        }
    }

    private static string Describe(ReadOnlySpan<int> shape)
    {
        var parts = new string[shape.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = shape[i] < 0 ? "any" : shape[i].ToString(CultureInfo.InvariantCulture);
        }

        return $"[{string.Join(", ", parts)}]";
    }

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
