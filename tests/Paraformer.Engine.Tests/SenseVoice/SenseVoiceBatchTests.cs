using Paraformer.Engine.Scheduling;
using Paraformer.Engine.SenseVoice;
using Paraformer.Engine.Tests.ParaformerModels;
using Paraformer.Engine.Tests.Scheduling;
using Paraformer.Models;

namespace Paraformer.Engine.Tests.SenseVoice;

public sealed class SenseVoiceBatchTests
{
    [Theory]
    [InlineData("hub")]
    [InlineData("release")]
    public async Task Streams_at_once_hear_what_each_hears_alone(string form)
    {
        using var workers = new HeldWorkers(1);
        using SenseVoiceModel model = SenseVoiceModel.Load(new InstalledPack(
            new PackDescriptor { Id = "small", Kind = "sensevoice", Description = "random weights", Licence = "none" },
            Path.Combine(AppContext.BaseDirectory, "SenseVoice", "reference", form)));
        ConcurrentStreams.Speech[] streams = ConcurrentStreams.Make(ReferenceModels.Speech);
        WordHypothesis[][] alone = [.. streams.Select(s => ConcurrentStreams.Alone(model, s))];
        model.UseWorkers(workers.Scheduler, new BatchOptions());
        Task<WordHypothesis[]>[] together = [.. streams.Select(s => ConcurrentStreams.TogetherAsync(model, s, TestContext.Current.CancellationToken))];
        workers.Release();
        for (int i = 0; i < alone.Length; i++)
        {
            Assert.NotEmpty(alone[i]);
            ConcurrentStreams.AssertSame(alone[i], await together[i]);
        }
    }
}
