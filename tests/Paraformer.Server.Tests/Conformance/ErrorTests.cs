using Paraformer.Engine;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Conformance;

/// <summary>The errors of protocol.md section 7 that come from recognition; the others stand beside what causes them.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData(RecognitionError.ModelNotFound, "ModelNotFound", "Model can not be found. why")]
    [InlineData(RecognitionError.ModelUnavailable, "ModelUnavailable", "why")]
    [InlineData(RecognitionError.UnsupportedFormat, "UNSUPPORTED_FORMAT", "unsupported audio format:pcm: why")]
    [InlineData(RecognitionError.UndecodableAudio, "NO_VALID_AUDIO_ERROR", "Failed to decode audio: why")]
    [InlineData(RecognitionError.Overloaded, "ModelServingError", "Too many requests. Your requests are being throttled due to system capacity limits. Please try again later.")]
    [InlineData(RecognitionError.Internal, "InternalError", "An internal error has occured, please try again later or contact service support.")]
    public async Task A_task_that_cannot_be_recognised_fails_with_the_services_code_and_text(RecognitionError error, string code, string message)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        server.Engine.StartError = new RecognitionException(error, "why");
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("id"));
        Assert.Equal((message, "id"), await client.ExpectFailureAsync(code));
    }

    [Fact]
    public async Task A_stopping_server_takes_no_new_task()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        server.Service.BeginDrain();
        await client.SendTextAsync(ClientMessages.RunTask("id"));
        (string message, _) = await client.ExpectFailureAsync("ModelUnavailable");
        Assert.StartsWith("Model is unavailable, please try again later.", message, StringComparison.Ordinal);
    }
}
