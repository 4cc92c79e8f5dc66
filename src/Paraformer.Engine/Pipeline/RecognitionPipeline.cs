using System.Buffers;
using Paraformer.Engine.Endpointing;
using Paraformer.Engine.Text;

namespace Paraformer.Engine.Pipeline;

/// <summary>
/// One stream's way from samples to sentences: voice activity → endpointing → recogniser → sentence. Everything is
/// decided on the sample clock in blocks of fixed size, so the sentences do not depend on how the audio arrived.
/// Not thread-safe.
/// </summary>
internal sealed class RecognitionPipeline : IDisposable
{
    public const int SampleRate = 16000;

    // A sentence whose meaning has not ended ends with a pause of 2 s, as the service documents it.
    private const int MaxPauseSamples = SampleRate * 2;

    // 128 ms: small enough for seven partials a second, large enough to keep the per-call cost of Kaldi low.
    private const int WindowsPerBlock = 4;

    private readonly IVoiceActivityDetector _detector;
    private readonly IStreamingRecognizer _recognizer;
    private readonly Endpointer _endpointer;
    private readonly SentenceAssembler _sentences;
    private readonly RoomTone _roomTone = new();
    private readonly SampleRing _preRoll;
    private readonly float[] _window;
    private readonly float[] _block;
    private readonly ArrayBufferWriter<float> _pending = new();
    private int _windowFill;
    private int _blockFill;
    private long _heard;
    private long _fed;
    private long _clockOffset;
    private string _lastPartial = "";

    public RecognitionPipeline(
        IVoiceActivityDetector detector, IStreamingRecognizer recognizer, EndpointingOptions endpointing, TextFormatter formatter, SentenceOptions sentences)
    {
        _sentences = new SentenceAssembler(SampleRate, formatter, sentences);
        _detector = detector;
        _recognizer = recognizer;
        _preRoll = new SampleRing(recognizer.LeadInSamples);
        _endpointer = new Endpointer(endpointing, SampleRate);
        _window = new float[detector.WindowSamples];
        _block = new float[detector.WindowSamples * WindowsPerBlock];
    }

    /// <summary>Samples processed so far.</summary>
    public long HeardSamples => _heard + _windowFill;

    /// <summary>Samples since the last speech.</summary>
    public long SilentSamples => HeardSamples - _endpointer.LastSpeechEnd;

    /// <summary>Hears the next samples, 16 kHz in [-1, 1], and adds the sentences that come of it.</summary>
    public async ValueTask AcceptAsync(ReadOnlyMemory<float> samples, ICollection<RecognizedSentence> results, CancellationToken cancellationToken)
    {
        while (!samples.IsEmpty)
        {
            int take = Math.Min(samples.Length, _window.Length - _windowFill);
            samples.Span[..take].CopyTo(_window.AsSpan(_windowFill));
            _windowFill += take;
            samples = samples[take..];
            if (_windowFill == _window.Length)
            {
                await ProcessWindowAsync(_window.Length, results, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends the stream: the open sentence is finished.</summary>
    public async ValueTask CompleteAsync(ICollection<RecognizedSentence> results, CancellationToken cancellationToken)
    {
        if (_windowFill > 0)
        {
            _window.AsSpan(_windowFill).Clear();
            await ProcessWindowAsync(_windowFill, results, cancellationToken).ConfigureAwait(false);
        }

        if (_endpointer.IsOpen)
        {
            await FeedBlockAsync(cancellationToken).ConfigureAwait(false);
            AddFinal(await _recognizer.EndStreamAsync(cancellationToken).ConfigureAwait(false), results);
        }

        _sentences.Flush(_heard, results);
    }

    public void Dispose()
    {
        _recognizer.Dispose();
        _detector.Dispose();
    }

    private async ValueTask ProcessWindowAsync(int length, ICollection<RecognizedSentence> results, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<float> audio = _window.AsMemory(0, length);
        long begin = _heard;
        _heard += length;
        _windowFill = 0;
        switch (_endpointer.Accept(_detector.Detect(_window), begin, _heard))
        {
            case EndpointEvent.Begin:
                await OpenAsync(begin, cancellationToken).ConfigureAwait(false);
                await FeedAsync(audio, cancellationToken).ConfigureAwait(false);
                break;
            case EndpointEvent.End:
                await FeedAsync(audio, cancellationToken).ConfigureAwait(false);
                await CloseAsync(results, cancellationToken).ConfigureAwait(false);
                break;
            default:
                if (!_endpointer.IsOpen)
                {
                    _preRoll.Write(audio.Span);
                    if (_sentences.IsWaiting && _heard - _endpointer.LastSpeechEnd >= MaxPauseSamples)
                    {
                        _sentences.Flush(_heard, results);
                    }
                }
                else if (await FeedAsync(audio, cancellationToken).ConfigureAwait(false))
                {
                    await AddPartialAsync(results, cancellationToken).ConfigureAwait(false);
                }

                break;
        }
    }

    private ValueTask OpenAsync(long windowBegin, CancellationToken cancellationToken)
    {
        _clockOffset = windowBegin - _preRoll.Count - _fed;
        _fed += _preRoll.Count;
        _pending.ResetWrittenCount();
        _preRoll.Drain(_pending.Write);
        _lastPartial = "";
        return _recognizer.AcceptAsync(_pending.WrittenMemory, cancellationToken);
    }

    // Returns whether a block went to the recogniser.
    private async ValueTask<bool> FeedAsync(ReadOnlyMemory<float> audio, CancellationToken cancellationToken)
    {
        audio.Span.CopyTo(_block.AsSpan(_blockFill));
        _blockFill += audio.Length;
        if (_blockFill < _block.Length)
        {
            return false;
        }

        await FeedBlockAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private ValueTask FeedBlockAsync(CancellationToken cancellationToken)
    {
        int length = _blockFill;
        _fed += length;
        _blockFill = 0;
        return _recognizer.AcceptAsync(_block.AsMemory(0, length), cancellationToken);
    }

    private async ValueTask CloseAsync(ICollection<RecognizedSentence> results, CancellationToken cancellationToken)
    {
        await FeedBlockAsync(cancellationToken).ConfigureAwait(false);
        long silence = _heard - _endpointer.LastSpeechEnd;
        bool cutInSpeech = _endpointer.InSpeech;
        int missing = (int)Math.Max(0, _recognizer.LookAheadSamples - silence);
        if (missing > 0 && !cutInSpeech)
        {
            // A short allowed silence ends before the recogniser has looked far enough ahead: it is given a quiet room.
            _pending.ResetWrittenCount();
            _roomTone.Play(missing, _pending.Write);
            await _recognizer.AcceptAsync(_pending.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }

        AddFinal(await _recognizer.EndUtteranceAsync(cancellationToken).ConfigureAwait(false), results);
        _fed += missing > 0 && !cutInSpeech ? missing : 0;
    }

    private async ValueTask AddPartialAsync(ICollection<RecognizedSentence> results, CancellationToken cancellationToken)
    {
        if (!_endpointer.HeardSpeech)
        {
            return;
        }

        IReadOnlyList<WordHypothesis> words = await _recognizer.PartialAsync(cancellationToken).ConfigureAwait(false);
        RecognizedSentence? sentence = _sentences.Partial(words, _recognizer.Language, _clockOffset, _heard);
        string shown = sentence?.Text + sentence?.Stash?.Text;
        if (sentence is not null && (_endpointer.InSpeech || shown != _lastPartial))
        {
            _lastPartial = shown;
            results.Add(sentence);
        }
    }

    private void AddFinal(IReadOnlyList<WordHypothesis> words, ICollection<RecognizedSentence> results)
    {
        // What the recogniser makes of a knock or a breath that opened an utterance without any speech is not speech.
        if (_endpointer.HeardSpeech)
        {
            _sentences.EndUtterance(words, _recognizer.Language, _clockOffset, _heard, results, _recognizer.Tags);
        }
    }
}
