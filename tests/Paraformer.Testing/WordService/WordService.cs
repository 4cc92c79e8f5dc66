using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using Paraformer.Protocol;

namespace Paraformer.Testing;

/// <summary>
/// A service of the protocol whose "recognition" is <see cref="WordDetector"/>: what it answers depends on the audio alone. It keeps to the
/// protocol's rules and writes down where a client does not.
/// </summary>
public sealed class WordService
{
    /// <summary>What audio of a format other than pcm and wav has to begin with; samples follow. Stands for a container's header.</summary>
    public static ReadOnlySpan<byte> ContainerHeader => "OggSheader"u8;

    /// <summary>What clients did wrong.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    /// <summary>The ids of the tasks, in order.</summary>
    public ConcurrentQueue<string> Tasks { get; } = new();

    /// <summary>Serves one connection to its end: one task after another.</summary>
    public async Task ServeAsync(IMessageConnection connection, CancellationToken cancellationToken)
    {
        var used = new HashSet<string>();
        try
        {
            while (true)
            {
                Frame frame = await connection.ReceiveAsync(cancellationToken);
                if (frame.Kind == FrameKind.Close)
                {
                    return;
                }

                if (frame.Kind == FrameKind.Binary)
                {
                    Violations.Enqueue("audio without a task");
                    await FailAsync(connection, "", ErrorCodes.InvalidParameter, "Missing required parameter 'payload.model'! Please follow the protocol!", cancellationToken);
                    return;
                }

                TaskRequest request = ProtocolSerializer.ReadRequest(frame.Data.Span);
                if (request.Action != TaskActions.RunTask || request.TaskId is not { } id || !used.Add(id))
                {
                    Violations.Enqueue($"not a new run-task: {request.Action} {request.TaskId}");
                    return;
                }

                Tasks.Enqueue(id);
                await SendAsync(connection, output => ProtocolSerializer.WriteTaskStarted(output, id), cancellationToken);
                if (!await RunAsync(connection, id, request.Parameters!, cancellationToken))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client is gone, which is what these tests are about.
        }
    }

    private static async Task<bool> RunAsync(IMessageConnection connection, string id, RecognitionParameters parameters, CancellationToken cancellationToken)
    {
        var start = new List<byte>();
        bool isOpen = false;
        int rate = parameters.SampleRate ?? 0;
        WordDetector? detector = null;
        var events = new List<Sentence>();
        int sentenceId = 1;
        while (true)
        {
            Frame frame = await connection.ReceiveAsync(cancellationToken);
            events.Clear();
            bool isFinished = frame.Kind == FrameKind.Text;
            if (frame.Kind == FrameKind.Close)
            {
                return false;
            }

            if (frame.Kind == FrameKind.Binary)
            {
                ReadOnlyMemory<byte> audio = frame.Data;
                if (!isOpen)
                {
                    start.AddRange(audio.Span);
                    int header = HeaderLength(start, parameters.Format!, ref rate);
                    if (header == -2)
                    {
                        await FailAsync(connection, id, ErrorCodes.NoValidAudio, "The container's header is missing.", cancellationToken);
                        return false;
                    }

                    isOpen = header >= 0;
                    audio = isOpen ? start.Skip(header).ToArray() : default;
                }

                detector ??= isOpen ? new WordDetector(rate) : null;
                detector?.Hear(audio.Span, word => events.Add(ToSentence(word, sentenceId, isFinal: false)), over => events.Add(ToSentence(over, sentenceId++, isFinal: true)));
            }
            else
            {
                detector?.Finish(over => events.Add(ToSentence(over, sentenceId++, isFinal: true)));
            }

            foreach (Sentence sentence in events)
            {
                Usage? usage = sentence.IsFinal ? new Usage((int)((sentence.EndTime!.Value + 999) / 1000)) : null;
                await SendAsync(connection, output => ProtocolSerializer.WriteResult(output, id, sentence, usage), cancellationToken);
            }

            if (isFinished)
            {
                await SendAsync(connection, output => ProtocolSerializer.WriteTaskFinished(output, id), cancellationToken);
                return true;
            }
        }
    }

    /// <summary>The length of what comes before the samples; -1 if it is not all there, -2 if it is not there at all.</summary>
    private static int HeaderLength(List<byte> start, string format, ref int rate)
    {
        if (format is not ("pcm" or "wav"))
        {
            int compared = Math.Min(start.Count, ContainerHeader.Length);
            bool matches = ContainerHeader[..compared].SequenceEqual(start.Take(compared).ToArray());
            return !matches ? -2 : start.Count < ContainerHeader.Length ? -1 : ContainerHeader.Length;
        }

        byte[] bytes = [.. start.Take(44)];
        if (bytes.Length < 4)
        {
            return -1;
        }

        if (!bytes.AsSpan(0, 4).SequenceEqual("RIFF"u8))
        {
            return 0;
        }

        if (bytes.Length < 44)
        {
            return -1;
        }

        rate = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(24));
        return 44;
    }

    private static Sentence ToSentence(WordDetector heard, int id, bool isFinal)
    {
        Word[] words = [.. heard.Words.Select(word => new Word
        {
            BeginTime = heard.Milliseconds(word.Begin), EndTime = heard.Milliseconds(word.End), Text = word.Text,
        })];
        return new Sentence
        {
            SentenceId = id,
            BeginTime = words[0].BeginTime,
            EndTime = isFinal ? words[^1].EndTime : null,
            SentenceEnd = isFinal,
            Text = string.Join(' ', words.Select(word => word.Text)),
            Words = words,
        };
    }

    private static async Task FailAsync(IMessageConnection connection, string id, string code, string message, CancellationToken cancellationToken)
    {
        await SendAsync(connection, output => ProtocolSerializer.WriteTaskFailed(output, id, code, message), cancellationToken);
        await connection.CloseAsync(1000, "", cancellationToken);
    }

    private static async Task SendAsync(IMessageConnection connection, Action<IBufferWriter<byte>> write, CancellationToken cancellationToken)
    {
        var message = new ArrayBufferWriter<byte>();
        write(message);
        await connection.SendTextAsync(message.WrittenMemory, cancellationToken);
    }
}
