using System.Buffers;

namespace Paraformer.Protocol;

/// <summary>Reads and writes the protocol's text frames. Reading is tolerant; writing is exact.</summary>
public static class ProtocolSerializer
{
    /// <summary>Reads a client's text frame.</summary>
    /// <param name="utf8">One whole message.</param>
    /// <exception cref="ProtocolException">The message breaks the protocol.</exception>
    public static TaskRequest ReadRequest(ReadOnlySpan<byte> utf8) => throw new NotImplementedException();

    /// <summary>Reads a service's text frame.</summary>
    /// <param name="utf8">One whole message.</param>
    /// <exception cref="ProtocolException">The message breaks the protocol.</exception>
    public static TaskEvent ReadEvent(ReadOnlySpan<byte> utf8) => throw new NotImplementedException();

    /// <summary>Writes <c>run-task</c>, <c>finish-task</c> or <c>continue-task</c>.</summary>
    public static void WriteRequest(IBufferWriter<byte> output, TaskRequest request) => throw new NotImplementedException();

    /// <summary>Writes <c>task-started</c>.</summary>
    public static void WriteTaskStarted(IBufferWriter<byte> output, string taskId) => throw new NotImplementedException();

    /// <summary>Writes <c>result-generated</c>; <paramref name="usage"/> is null on partials and heartbeats.</summary>
    public static void WriteResult(IBufferWriter<byte> output, string taskId, Sentence sentence, Usage? usage) => throw new NotImplementedException();

    /// <summary>Writes <c>task-finished</c>.</summary>
    public static void WriteTaskFinished(IBufferWriter<byte> output, string taskId) => throw new NotImplementedException();

    /// <summary>Writes <c>task-failed</c>.</summary>
    public static void WriteTaskFailed(IBufferWriter<byte> output, string taskId, string code, string message) => throw new NotImplementedException();

    /// <summary>Writes the bare <c>sentence</c> object, as the command line prints it.</summary>
    public static void WriteSentence(IBufferWriter<byte> output, Sentence sentence) => throw new NotImplementedException();
}
