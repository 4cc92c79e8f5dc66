using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.Features;
using Paraformer.Engine.Onnx;

namespace Paraformer.Engine.Zipformer;

/// <summary>One stream's way from samples to the encoder's rows. They do not depend on the pieces, bit for bit. Not thread-safe.</summary>
internal sealed class ZipformerStream : IDisposable
{
    private readonly ZipformerEncoder _encoder;
    private readonly GraphRun _run;
    private readonly FilterBankStream _bank;
    private readonly FrameBuffer _frames = new(ZipformerEncoder.MelBins);
    private readonly float[] _chunk;
    private readonly float[] _rows;
    private readonly float[] _silence;
    private readonly OrtValue[] _inputs;
    private readonly OrtValue[] _outputs;

    public ZipformerStream(ZipformerEncoder encoder, FilterBank bank)
    {
        _encoder = encoder;
        _run = encoder.CreateRun();
        _bank = new FilterBankStream(bank);
        _chunk = new float[encoder.ChunkFrames * ZipformerEncoder.MelBins];
        _rows = new float[encoder.OutputFrames * encoder.OutputWidth];
        _silence = new float[(encoder.ChunkFrames + encoder.ShiftFrames) * bank.Options.FrameShift];
        _inputs = [OrtValue.CreateTensorValueFromMemory(_chunk, [1, encoder.ChunkFrames, ZipformerEncoder.MelBins]), .. encoder.States.Select(s => s.Create())];
        _outputs = [OrtValue.CreateTensorValueFromMemory(_rows, [1, encoder.OutputFrames, encoder.OutputWidth]), .. encoder.States.Select(s => s.Create())];
    }

    /// <summary>Hears samples in [-1, 1] and adds the rows that they complete.</summary>
    public void Accept(ReadOnlySpan<float> samples, FrameBuffer rows)
    {
        _bank.Accept(samples, _frames);

        // One frame more than the graph takes: so it is run in the public runtimes, and so times were measured.
        while (_frames.Count > _encoder.ChunkFrames)
        {
            _frames.Values[.._chunk.Length].CopyTo(_chunk);
            _frames.RemoveFirst(_encoder.ShiftFrames);
            _run.Run(_encoder.InputNames, _inputs, _encoder.OutputNames, _outputs);
            _encoder.RequireNumbers(_rows);
            _rows.CopyTo(rows.AddRange(_encoder.OutputFrames));
            for (int i = 1; i < _inputs.Length; i++)
            {
                (_inputs[i], _outputs[i]) = (_outputs[i], _inputs[i]);
            }
        }
    }

    /// <summary>Ends the audio: adds the rows of everything heard, silence following it, then starts anew.</summary>
    public void Finish(FrameBuffer rows)
    {
        Accept(_silence, rows);
        Reset();
    }

    /// <summary>The caches as they are now, one after the other.</summary>
    public float[] CopyStates() =>
        [.. _encoder.States.SelectMany((s, i) => s.IsCount
            ? _inputs[i + 1].GetTensorDataAsSpan<long>().ToArray().Select(v => (float)v)
            : _inputs[i + 1].GetTensorDataAsSpan<float>().ToArray())];

    public void Dispose()
    {
        foreach (OrtValue value in _inputs.Concat(_outputs))
        {
            value.Dispose();
        }

        _run.Dispose();
    }

    private void Reset()
    {
        _bank.Reset();
        _frames.Clear();
        for (int i = 1; i < _inputs.Length; i++)
        {
            if (_encoder.States[i - 1].IsCount)
            {
                _inputs[i].GetTensorMutableDataAsSpan<long>().Clear();
            }
            else
            {
                _inputs[i].GetTensorMutableDataAsSpan<float>().Clear();
            }
        }
    }
}
