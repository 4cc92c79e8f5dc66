using Paraformer.Engine.Features;

namespace Paraformer.Engine.CharCtc;

/// <summary>A feed-forward sequential memory network: affine layers and memory blocks in a row. Immutable and shared.</summary>
internal sealed class FsmnNetwork(IReadOnlyList<object> layers, int inputs, int outputs)
{
    /// <summary>Values of an input frame.</summary>
    public int Inputs => inputs;

    /// <summary>Values of an output frame.</summary>
    public int Outputs => outputs;

    /// <summary>Frames after a frame that its output depends on.</summary>
    public int LookAhead { get; } = layers.OfType<MemoryLayer>().Sum(m => m.Future);

    public Stream CreateStream() => new(this);

    /// <summary>
    /// The network's state for one stream. Frames come out as soon as what they look ahead to has been heard; whatever the
    /// pieces, they are those of the whole utterance, bit for bit. Not thread-safe.
    /// </summary>
    internal sealed class Stream
    {
        private readonly ILayerState[] _states;
        private readonly FrameBuffer[] _between;

        public Stream(FsmnNetwork network)
        {
            _states = [.. network.Layers.Select(layer => (layer as MemoryLayer)?.CreateState() ?? (ILayerState)layer)];
            _between = [.. network.Layers.Select(layer => new FrameBuffer(layer is AffineLayer affine ? affine.Inputs : ((MemoryLayer)layer).Dimension))];
        }

        /// <summary>Takes all input frames and adds the output frames that follow.</summary>
        public void Run(FrameBuffer input, FrameBuffer output)
        {
            input.Values.CopyTo(_between[0].AddRange(input.Count));
            input.Clear();
            Run(0, output);
        }

        /// <summary>Ends the utterance: adds all output frames that are left, then starts anew.</summary>
        public void Finish(FrameBuffer output)
        {
            for (int i = 0; i < _states.Length; i++)
            {
                _states[i].Finish(Target(i, output));
                Run(i + 1, output);
            }
        }

        private void Run(int from, FrameBuffer output)
        {
            for (int i = from; i < _states.Length; i++)
            {
                if (_between[i].Count > 0)
                {
                    _states[i].Run(_between[i], Target(i, output));
                }
            }
        }

        private FrameBuffer Target(int layer, FrameBuffer output) => layer + 1 < _between.Length ? _between[layer + 1] : output;
    }

    private IReadOnlyList<object> Layers => layers;
}
