using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Features;
using Paraformer.Engine.Onnx;
using Paraformer.Models;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>
/// What stands beside a Paraformer's graphs: vocabulary and normalisation, whichever way the pack holds them: <c>tokens.txt</c> or
/// <c>tokens.json</c>, properties of the graph or <c>am.mvn</c>.
/// </summary>
internal sealed class ParaformerFiles
{
    /// <summary>Log-mel frames that become one, and how many from one to the next.</summary>
    public const int Window = 7, Shift = 6;

    private ParaformerFiles(PieceVocabulary vocabulary, string vocabularyFile, MeanVariance statistics)
    {
        Vocabulary = vocabulary;
        VocabularyFile = vocabularyFile;
        Statistics = statistics;
    }

    /// <summary>Makes the log-mel frames.</summary>
    public FilterBank FilterBank { get; } = new(FilterBankOptions.FunAsr);

    public PieceVocabulary Vocabulary { get; }

    /// <summary>The file that the vocabulary was read from.</summary>
    public string VocabularyFile { get; }

    /// <summary>Normalises a frame.</summary>
    public MeanVariance Statistics { get; }

    /// <summary>Reads what belongs to a graph.</summary>
    /// <exception cref="ModelPackException">Something is missing, damaged, or does not fit the graph.</exception>
    public static ParaformerFiles Read(InstalledPack pack, PackGraph graph)
    {
        string file = File.Exists(Path.Combine(pack.Folder, "tokens.txt")) || !File.Exists(Path.Combine(pack.Folder, "tokens.json")) ? "tokens.txt" : "tokens.json";
        PieceVocabulary vocabulary = PackText.Read<PieceVocabulary>(pack, file, file == "tokens.txt" ? PieceVocabulary.ParseLines : PieceVocabulary.ParseJson);
        (string source, MeanVariance statistics) = Statistic(pack, graph);
        int dimension = Window * FilterBankOptions.FunAsr.MelBins;
        if (statistics.Dimension != dimension)
        {
            throw graph.Wrong($"is normalised by {statistics.Dimension} values ({source}); {dimension} are expected");
        }

        foreach ((string key, int expected, string why) in (ReadOnlySpan<(string, int, string)>)
            [("vocab_size", vocabulary.Count, file + " has"), ("lfr_window_size", Window, "this engine makes"), ("lfr_window_shift", Shift, "this engine makes")])
        {
            if (graph.Metadata.ContainsKey(key) && graph.Number(key, 0, int.MaxValue) is int number && number != expected)
            {
                throw graph.Wrong(string.Create(CultureInfo.InvariantCulture, $"states {number} for '{key}', but {why} {expected}"));
            }
        }

        return new ParaformerFiles(vocabulary, file, statistics);
    }

    /// <summary>Makes the frames of a stream.</summary>
    public ParaformerFeatures CreateFeatures() => new(FilterBank, Statistics, Window, Shift);

    /// <summary>Checks that an input holds one whole number a row: 32 or 64 bits, as exports differ.</summary>
    /// <exception cref="ModelPackException">It does not.</exception>
    public static TensorElementType RequireLengths(PackGraph graph, string name)
    {
        bool wide = graph.Session.InputMetadata.TryGetValue(name, out NodeMetadata? node) && node.IsTensor && node.ElementDataType == TensorElementType.Int64;
        TensorElementType type = wide ? TensorElementType.Int64 : TensorElementType.Int32;
        graph.RequireInput(name, type, -1);
        return type;
    }

    /// <summary>A tensor of lengths.</summary>
    public static OrtValue Lengths(IEnumerable<int> lengths, TensorElementType type) => type == TensorElementType.Int64
        ? Tensor(lengths.Select(n => (long)n).ToArray())
        : Tensor(lengths.ToArray());

    private static OrtValue Tensor<T>(T[] values)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(values, [values.Length]);

    private static (string Source, MeanVariance Statistics) Statistic(InstalledPack pack, PackGraph graph)
    {
        bool shift = graph.Metadata.TryGetValue("neg_mean", out string? mean);
        bool scale = graph.Metadata.TryGetValue("inv_stddev", out string? deviation);
        if (shift != scale)
        {
            throw graph.Wrong($"has no property '{(shift ? "inv_stddev" : "neg_mean")}'");
        }

        if (!shift)
        {
            return ("am.mvn", PackText.Read(pack, "am.mvn", MeanVariance.Parse));
        }

        try
        {
            return ("neg_mean, inv_stddev", MeanVariance.FromMetadata(mean!, deviation!));
        }
        catch (FormatException e)
        {
            throw graph.Wrong($"has unusable properties 'neg_mean' and 'inv_stddev' ({e.Message})", e);
        }
    }
}
