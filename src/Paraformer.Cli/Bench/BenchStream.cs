using System.Diagnostics;
using Paraformer.Engine;

namespace Paraformer.Cli.Bench;

/// <summary>One stream of a measurement: speech of 16 kHz, 16 bits, said again and again.</summary>
internal sealed class BenchStream(IRecognitionEngine engine, StreamRequest request, ReadOnlyMemory<byte> speech)
{
    public const int BytesPerMs = 32;
    private const int FrameMs = 100;

    private readonly List<double> _partials = [];
    private Stopwatch _clock = new();

    /// <summary>From the sending of the end of a new last word to the partial with it.</summary>
    public IReadOnlyList<double> PartialMs => _partials;

    /// <summary>From the first audio to the first words; null where there were none.</summary>
    public double? FirstMs { get; private set; }

    /// <summary>From the end of the audio to the last result.</summary>
    public double FinalMs { get; private set; }

    /// <summary>Sentences that ended.</summary>
    public int Utterances { get; private set; }

    /// <summary>Audio sent, in seconds.</summary>
    public double AudioSeconds { get; private set; }

    /// <summary>The packs that served.</summary>
    public IReadOnlyList<string> Packs { get; private set; } = [];

    /// <summary>Sends the speech as fast as it is taken, some times over.</summary>
    public async Task RunAsync(int times, CancellationToken cancellationToken)
    {
        await using IRecognitionStream stream = await engine.StartAsync(request, cancellationToken);
        Packs = stream.Packs;
        Task reading = ReadAsync(stream, cancellationToken);
        for (int i = 0; i < times; i++)
        {
            await stream.WriteAsync(speech, cancellationToken);
        }

        AudioSeconds = (double)times * speech.Length / BytesPerMs / 1000;
        stream.Complete();
        await reading;
    }

    /// <summary>Sends the speech in frames of 100 ms, each when it is over, for a while.</summary>
    /// <param name="start">Where in the first frame it begins, so that streams do not keep step.</param>
    /// <param name="duration">How long.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task RunLiveAsync(TimeSpan start, TimeSpan duration, CancellationToken cancellationToken)
    {
        await Task.Delay(start, cancellationToken);
        await using IRecognitionStream stream = await engine.StartAsync(request, cancellationToken);
        Packs = stream.Packs;
        _clock = Stopwatch.StartNew();
        Task reading = ReadAsync(stream, cancellationToken);
        int at = 0;
        for (int frame = 1; frame * FrameMs <= duration.TotalMilliseconds; frame++)
        {
            TimeSpan wait = TimeSpan.FromMilliseconds(frame * FrameMs) - _clock.Elapsed;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, cancellationToken);
            }

            int length = Math.Min(FrameMs * BytesPerMs, speech.Length - at);
            await stream.WriteAsync(speech.Slice(at, length), cancellationToken);
            if (length < FrameMs * BytesPerMs)
            {
                await stream.WriteAsync(speech[..((FrameMs * BytesPerMs) - length)], cancellationToken);
            }

            at = (at + (FrameMs * BytesPerMs)) % speech.Length;
        }

        double end = _clock.Elapsed.TotalMilliseconds;
        AudioSeconds = duration.TotalSeconds;
        stream.Complete();
        await reading;
        FinalMs = _clock.Elapsed.TotalMilliseconds - end;
    }

    private async Task ReadAsync(IRecognitionStream stream, CancellationToken cancellationToken)
    {
        long lastWordEnd = 0;
        await foreach (RecognizedSentence sentence in stream.ReadAllAsync(cancellationToken))
        {
            Utterances += sentence.IsFinal ? 1 : 0;
            if (sentence.Words.Count == 0)
            {
                continue;
            }

            double now = _clock.Elapsed.TotalMilliseconds;
            FirstMs ??= now;
            long wordEnd = sentence.Words[^1].EndMs;
            if (!sentence.IsFinal && wordEnd > lastWordEnd)
            {
                lastWordEnd = wordEnd;

                // A frame of 100 ms is sent when it is over: that is when the last sound of a word leaves.
                _partials.Add(now - (Math.Ceiling(wordEnd / (double)FrameMs) * FrameMs));
            }
        }
    }
}
