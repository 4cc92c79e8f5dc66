using System.Numerics.Tensors;
using Paraformer.Engine.Features;

namespace Paraformer.Engine.CharCtc;

/// <summary>
/// FSMN's memory block: y(t) = x(t) + Σ left(i)·x(t − i·stride) + Σ right(k)·x(t + (k + 1)·stride), value by value, i from 0,
/// with zeros around the utterance.
/// </summary>
internal sealed class MemoryLayer
{
    /// <param name="dimension">Values of a frame.</param>
    /// <param name="left">One row of weights per step back, the first for the frame itself.</param>
    /// <param name="leftStride">Frames of a step back.</param>
    /// <param name="right">One row of weights per step ahead.</param>
    /// <param name="rightStride">Frames of a step ahead.</param>
    public MemoryLayer(int dimension, float[] left, int leftStride, float[] right, int rightStride)
    {
        Dimension = dimension;
        Left = left;
        Right = right;
        LeftStride = leftStride;
        RightStride = rightStride;
    }

    public int Dimension { get; }

    public float[] Left { get; }

    public float[] Right { get; }

    public int LeftStride { get; }

    public int RightStride { get; }

    /// <summary>Frames that it looks back.</summary>
    public int Past => ((Left.Length / Dimension) - 1) * LeftStride;

    /// <summary>Frames that it looks ahead.</summary>
    public int Future => Right.Length / Dimension * RightStride;

    public ILayerState CreateState() => new State(this);

    private sealed class State : ILayerState
    {
        private readonly MemoryLayer _layer;
        private readonly FrameBuffer _frames;
        private readonly float[] _product;

        public State(MemoryLayer layer)
        {
            _layer = layer;
            _frames = new FrameBuffer(layer.Dimension);
            _product = new float[layer.Dimension];
            Begin();
        }

        public void Run(FrameBuffer input, FrameBuffer output)
        {
            input.Values.CopyTo(_frames.AddRange(input.Count));
            input.Clear();
            Emit(output);
        }

        public void Finish(FrameBuffer output)
        {
            _frames.AddRange(_layer.Future).Clear();
            Emit(output);
            _frames.Clear();
            Begin();
        }

        private void Begin() => _frames.AddRange(_layer.Past).Clear();

        private void Emit(FrameBuffer output)
        {
            int ready = _frames.Count - _layer.Past - _layer.Future;
            for (int t = _layer.Past; t < _layer.Past + ready; t++)
            {
                Span<float> result = output.Add();
                _frames[t].CopyTo(result);
                for (int i = 0; i * _layer.Dimension < _layer.Left.Length; i++)
                {
                    Accumulate(_layer.Left, i, t - (i * _layer.LeftStride), result);
                }

                for (int k = 0; k * _layer.Dimension < _layer.Right.Length; k++)
                {
                    Accumulate(_layer.Right, k, t + ((k + 1) * _layer.RightStride), result);
                }
            }

            if (ready > 0)
            {
                _frames.RemoveFirst(ready);
            }
        }

        private void Accumulate(float[] weights, int row, int frame, Span<float> result)
        {
            TensorPrimitives.Multiply(_frames[frame], weights.AsSpan(row * _layer.Dimension, _layer.Dimension), _product);
            TensorPrimitives.Add(result, _product, result);
        }
    }
}
