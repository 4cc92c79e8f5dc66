using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.Onnx;

namespace Paraformer.Engine.Vad.Silero;

/// <summary>One stream's Silero state on ONNX Runtime, for files that <see cref="SileroNetwork"/> cannot read. Tensors are bound once to buffers of this object, so a run allocates next to nothing.</summary>
internal sealed class SessionSileroDetector : IVoiceActivityDetector
{
    private const int Window = 512;
    private const int Context = 64;
    private const int StateSize = 2 * 128;
    private static readonly string[] s_inputNames = ["input", "state", "sr"];
    private static readonly string[] s_outputNames = ["output", "stateN"];

    private readonly PackGraph _graph;
    private readonly GraphRun _run;
    private readonly float[] _input = new float[Context + Window];
    private readonly float[] _state = new float[StateSize];
    private readonly float[] _probability = new float[1];
    private readonly float[] _nextState = new float[StateSize];
    private readonly OrtValue[] _inputs;
    private readonly OrtValue[] _outputs;

    public SessionSileroDetector(PackGraph graph)
    {
        _graph = graph;
        _run = new GraphRun(graph);
        _inputs =
        [
            OrtValue.CreateTensorValueFromMemory(_input, [1, Context + Window]),
            OrtValue.CreateTensorValueFromMemory(_state, [2, 1, 128]),
            OrtValue.CreateTensorValueFromMemory(new long[] { 16000 }, []),
        ];
        _outputs =
        [
            OrtValue.CreateTensorValueFromMemory(_probability, [1, 1]),
            OrtValue.CreateTensorValueFromMemory(_nextState, [2, 1, 128]),
        ];
    }

    public int WindowSamples => Window;

    public float Detect(ReadOnlySpan<float> window)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(window.Length, Window);
        window.CopyTo(_input.AsSpan(Context));
        _run.Run(s_inputNames, _inputs, s_outputNames, _outputs);
        _graph.RequireNumbers(s_outputNames[0], _probability);
        _nextState.CopyTo(_state, 0);
        _input.AsSpan(Window).CopyTo(_input);
        return _probability[0];
    }

    public void Dispose()
    {
        foreach (OrtValue value in _inputs)
        {
            value.Dispose();
        }

        foreach (OrtValue value in _outputs)
        {
            value.Dispose();
        }

        _run.Dispose();
    }
}
