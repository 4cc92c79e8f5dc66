using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.Scheduling;
using Paraformer.Models;

namespace Paraformer.Engine.Onnx;

/// <summary>Finds out what a graph takes as one batch, by trying: the shapes that an export states need not be those that it can do.</summary>
internal static class BatchForms
{
    // Rounding depends on a batch's shape; everything else changes results by far more.
    private const float Rounding = 1e-3f;

    /// <summary>Compares what becomes of a step alone, beside another of its length, and beside a longer one.</summary>
    /// <param name="run">Runs a batch of such lengths and gives the first one's result, the same step every time.</param>
    /// <param name="shorter">The step's length.</param>
    /// <param name="longer">The longer one's.</param>
    public static BatchForm Find(Func<int[], float[]> run, int shorter, int longer)
    {
        float company;
        float[] alone;
        try
        {
            alone = run([shorter]);
            company = Distance(alone, run([shorter, shorter]));
        }
        catch (Exception e) when (IsRefusal(e))
        {
            return BatchForm.Single;
        }

        try
        {
            // With dynamic quantisation a result depends on its company, padded or not: only what padding adds to that counts.
            return Distance(alone, run([shorter, longer])) <= Math.Max(Rounding, 2 * company) ? BatchForm.Padded : BatchForm.Equal;
        }
        catch (Exception e) when (IsRefusal(e))
        {
            return BatchForm.Equal;
        }
    }

    /// <summary>Limits what becomes one batch to what the graph takes.</summary>
    /// <param name="form">What it takes.</param>
    /// <param name="batching">What is wanted.</param>
    /// <param name="padding">How much shorter than the longest a step may be where it may be padded, as a share.</param>
    public static BatchOptions Limit(this BatchForm form, BatchOptions batching, double padding) => form switch
    {
        BatchForm.Single => batching with { MaxSteps = 1 },
        BatchForm.Equal => batching with { Padding = 0 },
        _ => batching with { Padding = padding },
    };

    /// <summary>Whether a graph refused what it was given.</summary>
    public static bool IsRefusal(Exception e) => e is OnnxRuntimeException or ModelPackException;

    private static float Distance(float[] a, float[] b) => a.Length != b.Length ? float.PositiveInfinity : a.Length == 0 ? 0 : TensorPrimitives.Distance<float>(a, b);
}
