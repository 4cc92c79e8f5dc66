using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Paraformer.Engine.Vosk;

/// <summary>
/// One stream on libvosk. Vosk's endpoint detection is only a return value of its "accept" call, which is ignored here:
/// the utterance goes on until <see cref="EndUtterance"/>.
/// </summary>
internal sealed unsafe class VoskRecognizer : IStreamingRecognizer
{
    public const int SampleRate = 16000;

    // Kaldi computes in chunks and looks ahead; measured on read English: a word is decoded at most 0.5 s after its end.
    private const int LookAhead = SampleRate * 6 / 10;
    private const float Int16Scale = 32768f;

    // 50 ms of warm-up at a time: beside it, other streams wait no longer than for one another.
    private const int WarmUpPiece = SampleRate / 20;

    private readonly VoskLibrary _library;
    private readonly PartialWordTimes _partialTimes = new();
    private readonly List<WordHypothesis> _aligned = [];
    private readonly List<WordHypothesis> _final = [];
    private List<string> _bestPath = [];
    private List<string> _newBestPath = [];
    private IReadOnlyList<WordHypothesis> _partial = [];
    private nint _handle;
    private long _accepted;
    private int _warmedUp;

    public VoskRecognizer(VoskLibrary library, VoskModel.ModelHandle model)
    {
        _library = library;
        bool referenced = false;
        try
        {
            model.DangerousAddRef(ref referenced);
            _handle = library.RecognizerNew(model.DangerousGetHandle(), SampleRate);
        }
        finally
        {
            if (referenced)
            {
                model.DangerousRelease();
            }
        }

        if (_handle == 0)
        {
            throw new RecognitionException(RecognitionError.Internal, "libvosk could not make a recognizer: the machine may be out of memory");
        }

        library.SetWords(_handle, 1);
    }

    public int LookAheadSamples => LookAhead;

    /// <summary>
    /// Explores the beginning of the decoding graph, which made the first words of a stream half a second late. The final
    /// result after it drops all acoustic state: nothing stays but the graph and an offset of the clock.
    /// </summary>
    public bool Prepare()
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        ReadOnlySpan<float> rest = WarmUp.Samples.Span[_warmedUp..];
        if (rest.IsEmpty)
        {
            return false;
        }

        int length = Math.Min(WarmUpPiece, rest.Length);
        AcceptScaled(rest[..length]);
        _warmedUp += length;
        if (length == rest.Length)
        {
            _library.FinalResult(_handle);
        }

        return length < rest.Length;
    }

    public void Accept(ReadOnlySpan<float> samples)
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        if (samples.IsEmpty)
        {
            return;
        }

        while (_warmedUp < WarmUp.Samples.Length)
        {
            Prepare();
        }

        AcceptScaled(samples);
        _accepted += samples.Length;
    }

    /// <summary>
    /// The best path knows the newest words but not their times; the aligned lattice knows times but lags about two
    /// seconds. Both are asked, and <see cref="PartialWordTimes"/> joins them.
    /// </summary>
    public IReadOnlyList<WordHypothesis> Partial()
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        _newBestPath.Clear();
        VoskResult.ReadPartialText(Span(_library.PartialResult(_handle)), _newBestPath);
        if (_newBestPath.SequenceEqual(_bestPath))
        {
            // Aligning the lattice costs as much as a sixth of the recognition: not while no word has come.
            return _partial;
        }

        (_bestPath, _newBestPath) = (_newBestPath, _bestPath);
        _library.SetPartialWords(_handle, 1);
        _aligned.Clear();
        VoskResult.ReadWords(Span(_library.PartialResult(_handle)), WarmUp.Samples.Length, _aligned);
        _library.SetPartialWords(_handle, 0);
        _partial = _partialTimes.Join(_bestPath, _aligned, _accepted);
        return _partial;
    }

    public IReadOnlyList<WordHypothesis> EndUtterance() => End(_library.Result(_handle));

    public IReadOnlyList<WordHypothesis> EndStream() => End(_library.FinalResult(_handle));

    public void Dispose()
    {
        if (_handle != 0)
        {
            _library.RecognizerFree(_handle);
            _handle = 0;
        }
    }

    private void AcceptScaled(ReadOnlySpan<float> samples)
    {
        float[] scaled = ArrayPool<float>.Shared.Rent(samples.Length);
        TensorPrimitives.Multiply(samples, Int16Scale, scaled);
        fixed (float* data = scaled)
        {
            _library.AcceptWaveform(_handle, data, samples.Length);
        }

        ArrayPool<float>.Shared.Return(scaled);
    }

    private List<WordHypothesis> End(byte* json)
    {
        _final.Clear();
        VoskResult.ReadWords(Span(json), WarmUp.Samples.Length, _final);
        _partialTimes.Reset();
        _bestPath.Clear();
        _partial = [];
        return _final;
    }

    private static ReadOnlySpan<byte> Span(byte* json) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(json);
}
