using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.Features;
using Paraformer.Engine.Onnx;

namespace Paraformer.Engine.Vad.Fsmn;

/// <summary>One stream's way from samples to a probability of silence every 10 ms. Does not depend on the pieces. Not thread-safe.</summary>
internal sealed class FsmnScorer : IDisposable
{
    // Frames of a run of the graph; more are run one after the other.
    private const int MaxFrames = 64;
    private static readonly string[] s_inputNames = ["speech", "in_cache0", "in_cache1", "in_cache2", "in_cache3"];
    private static readonly string[] s_outputNames = ["logits", "out_cache0", "out_cache1", "out_cache2", "out_cache3"];

    private readonly FsmnVadModel _model;
    private readonly GraphRun _run;
    private readonly FilterBankStream _bank;
    private readonly LowFrameRate _stacker = new(FilterBankOptions.FunAsr.MelBins, FsmnVadModel.StackedFrames, 1);
    private readonly FrameBuffer _mel = new(FilterBankOptions.FunAsr.MelBins);
    private readonly FrameBuffer _stacked = new(FsmnVadModel.Inputs);
    private readonly float[] _speech = new float[MaxFrames * FsmnVadModel.Inputs];
    private readonly float[] _logits = new float[MaxFrames * FsmnVadModel.Classes];
    private readonly OrtValue?[] _speechOf = new OrtValue?[MaxFrames + 1];
    private readonly OrtValue?[] _logitsOf = new OrtValue?[MaxFrames + 1];
    private readonly OrtValue[] _inputs = new OrtValue[1 + FsmnVadModel.Caches];
    private readonly OrtValue[] _outputs = new OrtValue[1 + FsmnVadModel.Caches];

    public FsmnScorer(FsmnVadModel model)
    {
        _model = model;
        _run = new GraphRun(model.Graph);
        _bank = new FilterBankStream(model.FilterBank);
        for (int i = 1; i <= FsmnVadModel.Caches; i++)
        {
            _inputs[i] = OrtValue.CreateTensorValueFromMemory(new float[FsmnVadModel.CacheSize], [1, 128, 19, 1]);
            _outputs[i] = OrtValue.CreateTensorValueFromMemory(new float[FsmnVadModel.CacheSize], [1, 128, 19, 1]);
        }
    }

    /// <summary>Hears samples in [-1, 1] and adds the probabilities of silence, 0 to 1, of the frames that they complete.</summary>
    public void Accept(ReadOnlySpan<float> samples, List<float> silence)
    {
        _bank.Accept(samples, _mel);
        _stacker.Accept(_mel, _stacked);
        Run(silence);
    }

    /// <summary>Ends the audio: adds what is left, then starts anew.</summary>
    public void Finish(List<float> silence)
    {
        _bank.Finish(_mel);
        _stacker.Accept(_mel, _stacked);
        _stacker.Finish(_stacked);
        Run(silence);
        foreach (OrtValue cache in _inputs.AsSpan(1))
        {
            cache.GetTensorMutableDataAsSpan<float>().Clear();
        }
    }

    public void Dispose()
    {
        foreach (OrtValue? value in _inputs[1..].Concat(_outputs[1..]).Concat(_speechOf).Concat(_logitsOf))
        {
            value?.Dispose();
        }

        _run.Dispose();
    }

    private void Run(List<float> silence)
    {
        while (_stacked.Count > 0)
        {
            int frames = Math.Min(MaxFrames, _stacked.Count);
            Span<float> speech = _speech.AsSpan(0, frames * FsmnVadModel.Inputs);
            _stacked.Values[..speech.Length].CopyTo(speech);
            _stacked.RemoveFirst(frames);
            _model.Statistics.Apply(speech);
            _inputs[0] = _speechOf[frames] ??= Tensor(_speech, frames, FsmnVadModel.Inputs);
            _outputs[0] = _logitsOf[frames] ??= Tensor(_logits, frames, FsmnVadModel.Classes);
            _run.Run(s_inputNames, _inputs, s_outputNames, _outputs);
            _model.Graph.RequireNumbers(s_outputNames[0], _logits.AsSpan(0, frames * FsmnVadModel.Classes), areLogarithms: true);
            for (int i = 0; i < frames; i++)
            {
                silence.Add(_logits[i * FsmnVadModel.Classes]);
            }

            for (int i = 1; i <= FsmnVadModel.Caches; i++)
            {
                (_inputs[i], _outputs[i]) = (_outputs[i], _inputs[i]);
            }
        }
    }

    private static OrtValue Tensor(float[] values, int frames, int width) =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values.AsMemory(0, frames * width), [1, frames, width]);
}
