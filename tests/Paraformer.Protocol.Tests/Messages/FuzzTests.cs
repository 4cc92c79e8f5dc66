using System.Buffers;
using System.Text;
using CsCheck;

namespace Paraformer.Protocol.Tests;

/// <summary>Whatever comes in is read or refused; what is read can be written and read again.</summary>
public class FuzzTests
{
    private static readonly string[] JsonTokens =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud83d", "\\ude00", "null", "true", "false", "-1", "1e999", "0.5", "\"16000\"",
        "\"header\":", "\"payload\":", "\"task_id\":", "\"action\":", "\"parameters\":", "\"sample_rate\":", "\"language_hints\":",
        "\"output\":", "\"sentence\":", "\"words\":", "\"stash\":", "\"usage\":", "{\"header\":{", "{}", "[]", "\"t\"", " ", "\u0000", "今",
    ];

    private static readonly Gen<byte[]> ValidMessage = Gen.OneOf(
        Generators.Request.Select(request => Write(output => ProtocolSerializer.WriteRequest(output, request))),
        Gen.Select(Generators.Sentence, Generators.Usage).Select(result => Write(output => ProtocolSerializer.WriteResult(output, "t", result.Item1, result.Item2))));

    [Fact]
    public void Random_bytes_are_read_or_refused() =>
        Gen.Byte.Array[0, 200].Sample(AssertReadOrRefused, iter: 5000);

    [Fact]
    public void Random_sequences_of_JSON_tokens_are_read_or_refused() =>
        Gen.OneOf(JsonTokens).Array[0, 30].Sample(tokens => AssertReadOrRefused(Encoding.UTF8.GetBytes(string.Concat(tokens))), iter: 10000);

    [Fact]
    public void Messages_cut_short_are_refused() =>
        Gen.Select(ValidMessage, Gen.Double.Unit).Sample(
            (message, part) =>
            {
                byte[] cut = message[..(int)(part * (message.Length - 1))];

                Assert.Throws<ProtocolException>(() => ProtocolSerializer.ReadRequest(cut));
                Assert.Throws<ProtocolException>(() => ProtocolSerializer.ReadEvent(cut));
            },
            iter: 2000);

    [Fact]
    public void Messages_with_flipped_bytes_are_read_or_refused() =>
        Gen.Select(ValidMessage, Gen.Select(Gen.Int[0, int.MaxValue], Gen.Byte).Array[1, 4]).Sample(
            (message, flips) =>
            {
                foreach ((int position, byte value) in flips)
                {
                    message[position % message.Length] = value;
                }

                AssertReadOrRefused(message);
            },
            iter: 5000);

    [Fact]
    public void Messages_with_a_piece_replaced_are_read_or_refused() =>
        Gen.Select(ValidMessage, ValidMessage, Gen.Double.Unit, Gen.Double.Unit).Sample(
            (first, second, head, tail) =>
                AssertReadOrRefused([.. first[..(int)(head * first.Length)], .. second[(int)(tail * second.Length)..]]),
            iter: 5000);

    [Theory]
    [InlineData("[")]
    [InlineData("{\"header\":")]
    [InlineData("{\"header\":{\"task_id\":\"t\"},\"payload\":{\"parameters\":{\"x\":[{\"y\":")]
    public void Endless_nesting_is_refused(string opening)
    {
        byte[] message = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(opening, 100_000)));

        var e = Assert.Throws<ProtocolException>(() => ProtocolSerializer.ReadRequest(message));

        Assert.Equal("Invalid payload data", e.Message);
    }

    private static void AssertReadOrRefused(byte[] message)
    {
        if (ReadOrRefused(() => ProtocolSerializer.ReadRequest(message)) is { } request)
        {
            byte[] written = Write(output => ProtocolSerializer.WriteRequest(output, request));
            Assert.Equal(written, Write(output => ProtocolSerializer.WriteRequest(output, ProtocolSerializer.ReadRequest(written))));
        }

        if (ReadOrRefused(() => ProtocolSerializer.ReadEvent(message))?.Sentence is { } sentence)
        {
            byte[] written = Write(output => ProtocolSerializer.WriteSentence(output, sentence));
            Assert.Equal(written, Write(output => ProtocolSerializer.WriteSentence(output, ProtocolSerializer.ReadSentence(written))));
        }
    }

    private static T? ReadOrRefused<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (ProtocolException e)
        {
            Assert.Equal(ErrorCodes.InvalidParameter, e.Code);
            return null;
        }
    }

    private static byte[] Write(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
