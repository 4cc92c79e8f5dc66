using System.Buffers.Binary;
using System.Net;
using Paraformer.Protocol;
using Paraformer.Testing;

namespace Paraformer.Client.Tests.Reconnecting;

/// <summary>One recognition through a proxy that cuts its first connections, all of it drawn from a seed.</summary>
internal sealed class FaultRun
{
    // Below these the first connection would die in its handshake, which is not retried.
    private const int HandshakeUpstream = 700;
    private const int HandshakeDownstream = 140;

    private readonly int _seed;
    private readonly SpokenAudio _audio;
    private readonly ConnectionFaults[] _faults;
    private readonly AudioFormat _format;
    private readonly bool _isStream;
    private readonly ReconnectPolicy _policy;

    public FaultRun(int seed)
    {
        var random = new Random(seed);
        _seed = seed;
        _audio = SpokenAudio.Create(seed, sentences: random.Next(2, 7));
        _format = random.Next(4) switch { 0 => AudioFormat.Wav, 1 => AudioFormat.Opus, _ => AudioFormat.Pcm };
        _isStream = random.Next(2) == 0;
        _faults = [.. Enumerable.Range(0, random.Next(1, 5)).Select(i => Faults(random, isFirst: i == 0))];
        bool isShort = random.Next(5) == 0;
        _policy = new ReconnectPolicy { MaxAttempts = 20, BaseDelay = TimeSpan.Zero, BufferLength = TimeSpan.FromSeconds(isShort ? 1 : 60) };
    }

    public override string ToString() =>
        $"{_format}, {(_isStream ? "stream" : "session")}, buffer {_policy.BufferLength.TotalSeconds} s, cuts "
        + string.Join("; ", _faults.Select(f => $"up {f.Upstream.CutAfterBytes} down {f.Downstream.CutAfterBytes} {(f.Upstream.CutAfterBytes is null ? f.Downstream.Cut : f.Upstream.Cut)}"));

    public async Task<(string? Failure, int Connections, int Losses, int Words)> RunAsync(IPEndPoint service, CancellationToken cancellationToken)
    {
        await using var proxy = new FaultProxy(service, i => i < _faults.Length ? _faults[i] : ConnectionFaults.None, _seed);
        await using var client = new RecognitionClient(new RecognitionClientOptions
        {
            Endpoint = proxy.Address("ws", "/"),
            Reconnect = _policy,
            StartTimeout = TimeSpan.FromSeconds(3),
            FinishTimeout = TimeSpan.FromSeconds(3),
            KeepAliveInterval = TimeSpan.FromMilliseconds(200),
            KeepAliveTimeout = TimeSpan.FromMilliseconds(800),
        });
        var options = new RecognitionOptions(ParaformerModel.RealtimeV2, _format, _audio.SampleRate);
        var finals = new List<Sentence>();
        var lost = new List<AudioRange>();
        string? failure = null;
        try
        {
            IAsyncEnumerable<RecognitionResult> results = _isStream
                ? client.RecognizeAsync(new MemoryStream(Encoded()), options, cancellationToken)
                : SendAsync(client, options, lost, cancellationToken);
            await foreach (RecognitionResult result in results)
            {
                if (result.IsFinal)
                {
                    finals.Add(result.Sentence!);
                }
            }
        }
        catch (AudioLostException e) when (_format == AudioFormat.Opus && _policy.BufferLength < TimeSpan.FromSeconds(2))
        {
            lost.Add(e.Range);
            return (null, proxy.Connections, 1, finals.Count);
        }
        catch (RecognitionFailedException e)
        {
            failure = $"{e.GetType().Name} {e.Code}: {e.Message}";
        }

        failure ??= lost.Count > 0 ? CheckWithLosses(finals, lost) : Check(finals);
        return (failure, proxy.Connections, lost.Count, finals.Sum(s => s.Words.Count));
    }

    private static ConnectionFaults Faults(Random random, bool isFirst)
    {
        var link = new LinkFaults
        {
            Cut = random.Next(12) switch { 0 => Cut.Stall, < 6 => Cut.Close, _ => Cut.Reset },
            SliceBytes = random.Next(4) == 0 ? 500 : null,
            Latency = TimeSpan.FromMilliseconds(random.Next(4) == 0 ? 3 : 0),
            Jitter = TimeSpan.FromMilliseconds(random.Next(4) == 0 ? 4 : 0),
        };
        return random.Next(2) == 0
            ? new ConnectionFaults { Upstream = link with { CutAfterBytes = random.Next(isFirst ? HandshakeUpstream : 0, 120_000) } }
            : new ConnectionFaults { Downstream = link with { CutAfterBytes = random.Next(isFirst ? HandshakeDownstream : 0, 12_000) } };
    }

    private byte[] Encoded()
    {
        if (_format == AudioFormat.Pcm)
        {
            return _audio.Pcm;
        }

        if (_format == AudioFormat.Opus)
        {
            return [.. WordService.ContainerHeader, .. _audio.Pcm];
        }

        byte[] header = new byte[44];
        "RIFF"u8.CopyTo(header);
        "WAVEfmt "u8.CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), _audio.SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), _audio.SampleRate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(34), 16);
        "data"u8.CopyTo(header.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), _audio.Pcm.Length);
        return [.. header, .. _audio.Pcm];
    }

    private async IAsyncEnumerable<RecognitionResult> SendAsync(
        RecognitionClient client, RecognitionOptions options, List<AudioRange> lost, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using RecognitionSession session = await client.StartAsync(options, cancellationToken);
        byte[] audio = Encoded();
        Task sending = Task.Run(
            async () =>
            {
                for (int at = 0; at < audio.Length; at += 1600)
                {
                    await session.SendAsync(audio.AsMemory(at, Math.Min(1600, audio.Length - at)), cancellationToken);
                }

                await session.FinishAsync(cancellationToken);
            },
            cancellationToken);
        await foreach (RecognitionResult result in session.Results)
        {
            yield return result;
        }

        lost.AddRange(session.LostAudio);
        await sending;
    }

    private string? Check(List<Sentence> finals)
    {
        string text = string.Join('\n', finals.Select(s => s.Text));
        if (text != _audio.Text)
        {
            return $"the text is\n{text}\nand not\n{_audio.Text}";
        }

        for (int i = 0; i < finals.Count; i++)
        {
            Sentence sentence = finals[i];
            if (sentence.SentenceId != i + 1)
            {
                return $"sentence {i + 1} has the id {sentence.SentenceId}";
            }

            for (int w = 0; w < sentence.Words.Count; w++)
            {
                long begin = Milliseconds(_audio.Sentences[i][w].Begin);
                long end = Milliseconds(_audio.Sentences[i][w].End);
                if (Math.Abs(sentence.Words[w].BeginTime - begin) > 1 || Math.Abs(sentence.Words[w].EndTime - end) > 1)
                {
                    return $"word {w + 1} of sentence {i + 1} is at {sentence.Words[w].BeginTime}-{sentence.Words[w].EndTime} and not at {begin}-{end} ms";
                }
            }
        }

        return null;
    }

    private string? CheckWithLosses(List<Sentence> finals, List<AudioRange> lost)
    {
        List<Word> delivered = [.. finals.SelectMany(s => s.Words)];
        foreach (HeardWord word in _audio.Sentences.SelectMany(words => words))
        {
            long begin = Milliseconds(word.Begin);
            long end = Milliseconds(word.End);
            bool isKept = lost.All(range => end < range.BeginTime || begin > range.EndTime);
            int times = delivered.RemoveAll(d => d.Text == word.Text && Math.Abs(d.BeginTime - begin) <= 1);
            if (isKept && times != 1)
            {
                return $"the word {word.Text} at {begin}-{end} ms came {times} times; lost: {string.Join(", ", lost)}";
            }
        }

        // What is left is a word that the end of a loss cuts in two.
        Word? unknown = delivered.Find(d => !lost.Any(range => Math.Abs(d.BeginTime - range.EndTime!.Value) <= 1));
        return unknown is null ? null : $"nobody said {unknown.Text} at {unknown.BeginTime} ms; lost: {string.Join(", ", lost)}";
    }

    private long Milliseconds(long sample) => sample * 1000 / _audio.SampleRate;
}
