using System.Buffers;
using System.Text.Json;
using CsCheck;

namespace Paraformer.Protocol.Tests;

public class RoundTripTests
{
    [Fact]
    public void What_is_written_as_a_request_is_read_back() =>
        Generators.Request.Sample(
            request =>
            {
                TaskRequest read = ProtocolSerializer.ReadRequest(Write(output => ProtocolSerializer.WriteRequest(output, request)));

                Assert.Equal(Flat(request), Flat(read));
                Assert.Equal(request.Resources, read.Resources);
                Assert.Equal(request.Parameters?.LanguageHints, read.Parameters?.LanguageHints);
                AssertSame(request.Parameters?.Extra, read.Parameters?.Extra);
            },
            iter: 3000);

    [Fact]
    public void What_is_written_as_a_result_is_read_back() =>
        Gen.Select(Generators.Text, Generators.Sentence, Generators.Usage).Sample(
            (taskId, sentence, usage) =>
            {
                TaskEvent read = ProtocolSerializer.ReadEvent(Write(output => ProtocolSerializer.WriteResult(output, taskId, sentence, usage)));

                Assert.Equal(
                    new TaskEvent { Event = TaskEvents.ResultGenerated, TaskId = taskId, Usage = usage },
                    read with { Sentence = null });
                AssertSame(sentence, read.Sentence!);
            },
            iter: 3000);

    [Fact]
    public void A_bare_sentence_is_read_back() =>
        Generators.Sentence.Sample(
            sentence => AssertSame(sentence, ProtocolSerializer.ReadSentence(Write(output => ProtocolSerializer.WriteSentence(output, sentence)))),
            iter: 1000);

    [Fact]
    public void A_failure_is_read_back() =>
        Gen.Select(Generators.Text, Generators.Text, Generators.Text).Sample(
            (taskId, code, message) => Assert.Equal(
                new TaskEvent { Event = TaskEvents.TaskFailed, TaskId = taskId, ErrorCode = code, ErrorMessage = message },
                ProtocolSerializer.ReadEvent(Write(output => ProtocolSerializer.WriteTaskFailed(output, taskId, code, message)))),
            iter: 1000);

    private static byte[] Write(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Without the lists, which records compare by reference.</summary>
    private static TaskRequest Flat(TaskRequest request) => request with
    {
        Resources = [],
        Parameters = request.Parameters is { } parameters ? parameters with { LanguageHints = null, Extra = null } : null,
    };

    private static void AssertSame(Sentence expected, Sentence actual)
    {
        Word[] none = [];
        Assert.Equal(expected with { Words = none, Stash = null }, actual with { Words = none, Stash = null });
        Assert.Equal(expected.Words, actual.Words);
        Assert.Equal(expected.Stash is { } e ? e with { Words = none } : null, actual.Stash is { } a ? a with { Words = none } : null);
        Assert.Equal(expected.Stash?.Words, actual.Stash?.Words);
    }

    private static void AssertSame(IReadOnlyDictionary<string, JsonElement>? expected, IReadOnlyDictionary<string, JsonElement>? actual)
    {
        Assert.Equal(expected?.Keys.Order(StringComparer.Ordinal), actual?.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, JsonElement value) in expected ?? new Dictionary<string, JsonElement>())
        {
            Assert.True(JsonElement.DeepEquals(value, actual![name]), name);
        }
    }
}
