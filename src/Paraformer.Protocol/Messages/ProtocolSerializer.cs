using System.Buffers;

namespace Paraformer.Protocol;

/// <summary>
/// Reads and writes the protocol's text frames. Reading is tolerant: unknown keys are ignored, null counts as absent, keys
/// come in any order, numbers and booleans may be quoted, of a repeated key the last counts. Writing is exact.
/// </summary>
public static class ProtocolSerializer
{
    /// <summary>Reads a client's text frame. Whether it is complete is for <see cref="RequestValidator"/> to say.</summary>
    /// <param name="utf8">One whole message.</param>
    /// <exception cref="ProtocolException">
    /// <see cref="ErrorCodes.InvalidParameter"/>: "Invalid payload data" where the text is no JSON object in UTF-8 with a
    /// <c>header</c> object, or is nested deeper than 64 levels; the field's path where a value is of a wrong type.
    /// </exception>
    public static TaskRequest ReadRequest(ReadOnlySpan<byte> utf8) => MessageReader.ReadRequest(utf8);

    /// <summary>Reads a service's text frame.</summary>
    /// <param name="utf8">One whole message.</param>
    /// <exception cref="ProtocolException">As for <see cref="ReadRequest"/>.</exception>
    public static TaskEvent ReadEvent(ReadOnlySpan<byte> utf8) => MessageReader.ReadEvent(utf8);

    /// <summary>Reads a bare <c>sentence</c> object, as <see cref="WriteSentence"/> writes it.</summary>
    /// <param name="utf8">The whole object.</param>
    /// <exception cref="ProtocolException">As for <see cref="ReadRequest"/>, less the header.</exception>
    public static Sentence ReadSentence(ReadOnlySpan<byte> utf8) => MessageReader.ReadSentence(utf8);

    /// <summary>Writes <c>run-task</c>, <c>finish-task</c> or <c>continue-task</c>; what is null is left out.</summary>
    /// <exception cref="ArgumentException"><see cref="RecognitionParameters.Extra"/> holds the name of a known parameter.</exception>
    public static void WriteRequest(IBufferWriter<byte> output, TaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        MessageWriter.Write(output, request, MessageWriter.WriteRequest);
    }

    /// <summary>Writes <c>task-started</c>.</summary>
    public static void WriteTaskStarted(IBufferWriter<byte> output, string taskId) =>
        MessageWriter.Write(output, taskId, static (writer, id) =>
        {
            MessageWriter.WriteEventStart(writer, TaskEvents.TaskStarted, id);
            MessageWriter.WriteEventEnd(writer);
        });

    /// <summary>Writes <c>result-generated</c>; <paramref name="usage"/> is null on partials and heartbeats.</summary>
    public static void WriteResult(IBufferWriter<byte> output, string taskId, Sentence sentence, Usage? usage)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        WriteResult(output, taskId, sentence, new MessageWords(sentence.Words), usage);
    }

    internal static void WriteResult<TWords>(IBufferWriter<byte> output, string taskId, Sentence sentence, TWords words, Usage? usage)
        where TWords : struct, IWordSource =>
        MessageWriter.Write(output, (taskId, sentence, words, usage), static (writer, result) =>
        {
            MessageWriter.WriteEventStart(writer, TaskEvents.ResultGenerated, result.taskId);
            writer.WriteStartObject("output"u8);
            writer.WritePropertyName("sentence"u8);
            MessageWriter.WriteSentence(writer, result.sentence, result.words);
            writer.WriteEndObject();
            MessageWriter.WriteUsage(writer, result.usage);
            MessageWriter.WriteEventEnd(writer);
        });

    /// <summary>Writes <c>task-finished</c>.</summary>
    public static void WriteTaskFinished(IBufferWriter<byte> output, string taskId) =>
        MessageWriter.Write(output, taskId, static (writer, id) =>
        {
            MessageWriter.WriteEventStart(writer, TaskEvents.TaskFinished, id);
            MessageWriter.WriteEmptyObject(writer, "output");
            MessageWriter.WriteUsage(writer, null);
            MessageWriter.WriteEventEnd(writer);
        });

    /// <summary>Writes <c>task-failed</c>.</summary>
    public static void WriteTaskFailed(IBufferWriter<byte> output, string taskId, string code, string message) =>
        MessageWriter.Write(output, (taskId, code, message), static (writer, failure) =>
        {
            MessageWriter.WriteEventStart(writer, TaskEvents.TaskFailed, failure.taskId, failure.code, failure.message);
            MessageWriter.WriteEventEnd(writer);
        });

    /// <summary>Writes the bare <c>sentence</c> object, as it stands in a result and as the command line prints it.</summary>
    public static void WriteSentence(IBufferWriter<byte> output, Sentence sentence)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        MessageWriter.Write(output, sentence, MessageWriter.WriteSentence);
    }
}
