using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Service.Tests.Connections;

public sealed class EngineErrorTests
{
    private static readonly string s_taskId = Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData(RecognitionError.ModelNotFound, ErrorCodes.ModelNotFound, "Model can not be found. why")]
    [InlineData(RecognitionError.ModelUnavailable, ErrorCodes.ModelUnavailable, "why")]
    [InlineData(RecognitionError.InvalidParameter, ErrorCodes.InvalidParameter, "why")]
    [InlineData(RecognitionError.UnsupportedFormat, ErrorCodes.UnsupportedFormat, "unsupported audio format:pcm")]
    [InlineData(RecognitionError.UndecodableAudio, ErrorCodes.NoValidAudio, "Failed to decode audio: why")]
    [InlineData(RecognitionError.Overloaded, ErrorCodes.ModelServingError, "try again later")]
    [InlineData(RecognitionError.Internal, ErrorCodes.InternalError, "internal error")]
    public async Task A_stream_that_cannot_be_opened_fails_the_task(RecognitionError error, string code, string message)
    {
        await using var harness = new Harness();
        harness.Engine.StartError = new RecognitionException(error, "why");
        await harness.SendAsync(ClientMessages.RunTask(s_taskId));
        await harness.ExpectFailureAsync(code, message, s_taskId);
    }

    [Theory]
    [InlineData(RecognitionError.UndecodableAudio, ErrorCodes.NoValidAudio)]
    [InlineData(RecognitionError.Internal, ErrorCodes.InternalError)]
    public async Task A_stream_that_fails_on_audio_fails_the_task(RecognitionError error, string code)
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        stream.WriteError = new RecognitionException(error, "why");
        await harness.SendAudioAsync(320);
        await harness.ExpectFailureAsync(code, taskId: s_taskId);
        Assert.True(stream.Disposed.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_stream_that_fails_on_early_audio_fails_the_task()
    {
        await using var harness = new Harness();
        var gate = new TaskCompletionSource();
        harness.Engine.StartGate = gate.Task;
        harness.Engine.OnStart = stream => stream.WriteError = new RecognitionException(RecognitionError.UndecodableAudio, "why");
        await harness.SendAsync(ClientMessages.RunTask(s_taskId));
        await harness.SendAudioAsync(320);
        gate.SetResult();
        Assert.Equal(TaskEvents.TaskStarted, (await harness.ReceiveAsync()).Event.Event);
        await harness.ExpectFailureAsync(ErrorCodes.NoValidAudio, "Failed to decode audio: why", s_taskId);
    }

    [Fact]
    public async Task A_stream_that_fails_between_results_fails_the_task_after_them()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        stream.EmitFinal(1, "first");
        stream.Fail(new RecognitionException(RecognitionError.ModelUnavailable, "the pack is damaged"));
        Assert.Equal("first", (await harness.ReceiveAsync()).Event.Sentence!.Text);
        await harness.ExpectFailureAsync(ErrorCodes.ModelUnavailable, "the pack is damaged", s_taskId);
    }

    [Fact]
    public async Task A_failing_stream_frees_a_client_that_waits_for_the_engine()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        stream.WriteGate = new TaskCompletionSource().Task;
        await harness.SendAudioAsync(320);
        stream.Fail(new RecognitionException(RecognitionError.Internal, "why"));
        await harness.ExpectFailureAsync(ErrorCodes.InternalError, taskId: s_taskId);
    }

    [Fact]
    public async Task An_unexpected_error_is_logged_in_full_and_sent_without_detail()
    {
        var logger = new RecordingLogger();
        await using var harness = new Harness(logger: logger);
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        stream.Fail(new InvalidOperationException("secret detail"));
        TaskEvent failure = await harness.ExpectFailureAsync(ErrorCodes.InternalError, taskId: s_taskId);
        Assert.DoesNotContain("secret", failure.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains(logger.Lines, line => line.Contains("secret detail", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_that_ends_by_itself_is_an_internal_error()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        stream.End();
        await harness.ExpectFailureAsync(ErrorCodes.InternalError, taskId: s_taskId);
    }
}
