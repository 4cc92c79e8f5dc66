using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service.Callers;
using Paraformer.Service.HotWords;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Service.Tests.Tasks;

public sealed class CallerTests
{
    private const string V2 = "paraformer-realtime-v2";
    private const string V1 = "paraformer-realtime-v1";

    private static readonly HotWord[] s_words = [new("Emma", 5, "en"), new("青柠", 2)];
    private readonly HotWordRegistry _registry = new();

    private static string Pcm(string rest) => $$"""{"format":"pcm","sample_rate":16000{{rest}} }""";

    [Theory]
    [InlineData(V2, ",\"vocabulary_id\":\"ID\"", "[]")]
    [InlineData(V1, ",\"phrase_id\":\"ID\"", "[]")]
    [InlineData(V1, "", """[{"resource_id":"ID","resource_type":"asr_phrase"}]""")]
    public async Task Hot_words_reach_the_engine(string model, string parameter, string resources)
    {
        string id = _registry.Add(model, s_words);
        await using var harness = new Harness(hooks: new ServiceHooks { HotWords = _registry });
        await harness.SendAsync(ClientMessages.RunTask("t", model, Pcm(parameter.Replace("ID", id, StringComparison.Ordinal)), resources.Replace("ID", id, StringComparison.Ordinal)));
        Assert.Equal(TaskEvents.TaskStarted, (await harness.ReceiveAsync()).Event.Event);
        Assert.Equal(s_words, Assert.Single(harness.Engine.Requests).HotWords);
    }

    [Fact]
    public async Task A_list_for_another_model_and_a_removed_one_fail_the_task()
    {
        string id = _registry.Add(V1, s_words);
        await using (var harness = new Harness(hooks: new ServiceHooks { HotWords = _registry }))
        {
            await harness.SendAsync(ClientMessages.RunTask("t", V2, Pcm($",\"vocabulary_id\":\"{id}\"")));
            await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, $"is for the model {V1}; it cannot be used with {V2}", "t");
        }

        Assert.True(_registry.Remove(id));
        await using (var harness = new Harness(hooks: new ServiceHooks { HotWords = _registry }))
        {
            await harness.SendAsync(ClientMessages.RunTask("t", V1, Pcm($",\"phrase_id\":\"{id}\"")));
            await harness.ExpectFailureAsync(ErrorCodes.NotFound, "Not found!", "t");
            Assert.Empty(harness.Engine.Requests);
        }
    }

    [Fact]
    public void A_weight_out_of_range_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _registry.Add(V2, [new HotWord("x", 0)]));

    [Fact]
    public async Task A_revoked_caller_starts_no_task_and_gives_its_reason()
    {
        await using var harness = new Harness(hooks: new ServiceHooks { Callers = new Revoked() });
        await harness.SendAsync(ClientMessages.RunTask("t"));
        await harness.ExpectFailureAsync(ErrorCodes.InvalidApiKey, "Invalid API-key provided.", "t");
        Assert.Empty(harness.Engine.Requests);
    }

    [Fact]
    public async Task A_caller_for_some_models_starts_no_task_with_others()
    {
        await using var harness = new Harness(caller: new ServiceCaller("k") { Models = [V1] });
        await harness.SendAsync(ClientMessages.RunTask("t"));
        await harness.ExpectFailureAsync(ErrorCodes.ModelAccessDenied, "Access to model denied.", "t");
    }

    [Fact]
    public async Task The_audio_of_an_ended_task_is_recorded_on_its_caller()
    {
        var usage = new Recorder();
        await using (var harness = new Harness(hooks: new ServiceHooks { Usage = usage }, caller: new ServiceCaller("k")))
        {
            await harness.StartTaskAsync("t");
            await harness.SendAudioAsync(32_000);
            await harness.SendAsync(ClientMessages.FinishTask("t"));
            await harness.ExpectFinishedAsync("t");
        }

        (string key, string model, _) = Assert.Single(usage.Records);
        Assert.Equal(("k", V2), (key, model));
    }

    private sealed class Revoked : ICallerRegistry
    {
        public ValueTask<bool> IsActiveAsync(ServiceCaller caller, CancellationToken cancellationToken) => ValueTask.FromResult(false);
    }

    private sealed class Recorder : IUsageRecorder
    {
        public List<(string Key, string Model, long AudioMs)> Records { get; } = [];

        public ValueTask RecordAsync(ServiceCaller caller, string model, long audioMs)
        {
            Records.Add((caller.KeyId, model, audioMs));
            return ValueTask.CompletedTask;
        }
    }
}
