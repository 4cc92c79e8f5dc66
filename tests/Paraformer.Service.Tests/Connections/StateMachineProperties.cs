using CsCheck;
using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Service.Tests.Connections;

/// <summary>Whatever a client sends, in whatever order: no crash, no hang, one terminal event for each task at most.</summary>
public sealed class StateMachineProperties
{
    private enum Step
    {
        RunNewTask,
        RunOldTask,
        RunBadTask,
        SendAudio,
        SendManyFrames,
        FinishTask,
        FinishOtherTask,
        SendGarbage,
        SendUnknownAction,
        AwaitEvent,
        EngineSpeaks,
        EngineFails,
        EngineRefuses,
        ClockRuns,
        Drain,
    }

    [Fact]
    public async Task Any_sequence_of_frames_ends_every_task_exactly_once() =>
        await Gen.Select(Gen.Enum<Step>().Array[1, 30], Gen.Bool).SampleAsync(RunAsync, iter: 300, threads: 2);

    private static async Task RunAsync(Step[] steps, bool closesPolitely)
    {
        var harness = new Harness();
        harness.Engine.OnStart = stream => stream.OnComplete = ended =>
        {
            ended.EmitFinal(1, "end");
            ended.End();
        };
        var run = new Run(harness);
        foreach (Step step in steps)
        {
            if (!await run.TryAsync(step))
            {
                break;
            }
        }

        await run.ReadToTheEndAsync(closesPolitely);
        await harness.Running.WaitAsync(Patience.Limit);
        run.Check();
        await harness.DisposeAsync();
    }

    private sealed class Run(Harness harness)
    {
        private readonly List<string> _asked = [];
        private readonly List<TaskEvent> _events = [];
        private bool _serviceClosed;

        private string Current => _asked.LastOrDefault("none");

        public async Task<bool> TryAsync(Step step)
        {
            try
            {
                await DoAsync(step);
                return true;
            }
            catch (ConnectionLostException)
            {
                return false;
            }
        }

        public async Task ReadToTheEndAsync(bool closesPolitely)
        {
            try
            {
                // All that was asked for and still runs is brought to its end, then the client goes.
                await harness.SendAsync(ClientMessages.FinishTask(Current));
                while (!_serviceClosed && _asked.Count > 0 && !HasEnded(Current))
                {
                    await ReadAsync();
                }

                await (closesPolitely ? harness.CloseAsync() : harness.LoseAsync().AsTask());
            }
            catch (ConnectionLostException)
            {
                while (!_serviceClosed)
                {
                    await ReadAsync();
                }
            }
        }

        public void Check()
        {
            foreach (string id in _asked.Distinct())
            {
                List<TaskEvent> events = _events.FindAll(e => e.TaskId == id);
                int asked = _asked.Count(other => other == id);
                bool wasTold = !_serviceClosed || events.Exists(e => e.Event == TaskEvents.TaskStarted);
                Assert.InRange(events.Count(IsTerminal), wasTold ? 1 : 0, asked);
                Assert.InRange(events.Count(e => e.Event == TaskEvents.TaskStarted), 0, 1);
                int started = events.FindIndex(e => e.Event == TaskEvents.TaskStarted);
                int ended = events.FindIndex(IsTerminal);
                Assert.All(
                    events.Index().Where(e => e.Item.Event == TaskEvents.ResultGenerated),
                    e => Assert.True(e.Index > started && e.Index < ended && started >= 0, "A result outside its task."));
            }

            Assert.All(harness.Engine.Streams, stream => Assert.True(stream.Disposed.IsCompletedSuccessfully && !stream.WritesOverlapped));
        }

        private static bool IsTerminal(TaskEvent e) => e.Event is TaskEvents.TaskFinished or TaskEvents.TaskFailed;

        private bool HasEnded(string id) => _events.Count(e => e.TaskId == id && IsTerminal(e)) == _asked.Count(other => other == id);

        private async Task ReadAsync()
        {
            try
            {
                Frame frame = await harness.ReceiveFrameAsync();
                if (frame.Kind == FrameKind.Close)
                {
                    _serviceClosed = true;
                }
                else
                {
                    _events.Add(Harness.Read(frame).Event);
                }
            }
            catch (ConnectionLostException)
            {
                // The clock may run far ahead of a send under way: that peer is dropped.
                _serviceClosed = true;
            }
        }

        private async Task DoAsync(Step step)
        {
            switch (step)
            {
                case Step.RunNewTask:
                    _asked.Add(Guid.NewGuid().ToString());
                    await harness.SendAsync(ClientMessages.RunTask(Current));
                    break;
                case Step.RunOldTask:
                    _asked.Add(Current);
                    await harness.SendAsync(ClientMessages.RunTask(Current));
                    break;
                case Step.RunBadTask:
                    _asked.Add(Guid.NewGuid().ToString());
                    await harness.SendAsync(ClientMessages.RunTask(Current, parameters: """{"format":"pcm"}"""));
                    break;
                case Step.SendAudio:
                    await harness.SendAudioAsync(321);
                    break;
                case Step.SendManyFrames:
                    for (int i = 0; i < 20; i++)
                    {
                        await harness.SendAudioAsync(i * 100);
                    }

                    break;
                case Step.FinishTask:
                    await harness.SendAsync(ClientMessages.FinishTask(Current));
                    break;
                case Step.FinishOtherTask:
                    await harness.SendAsync(ClientMessages.FinishTask("other"));
                    break;
                case Step.SendGarbage:
                    await harness.SendAsync("{\"header\":");
                    break;
                case Step.SendUnknownAction:
                    await harness.SendAsync(ClientMessages.Action("continue-task", Current));
                    break;
                case Step.AwaitEvent when _asked.Count > 0 && !_events.Exists(e => e.TaskId == Current):
                    await ReadAsync();
                    break;
                case Step.EngineSpeaks:
                    harness.Engine.Streams.LastOrDefault()?.EmitPartial(1, "speech");
                    break;
                case Step.EngineFails:
                    harness.Engine.Streams.LastOrDefault()?.Fail(new RecognitionException(RecognitionError.Internal, "scripted"));
                    break;
                case Step.EngineRefuses:
                    harness.Engine.StartError = new RecognitionException(RecognitionError.Overloaded, "scripted");
                    break;
                case Step.ClockRuns:
                    harness.Time.Advance(TimeSpan.FromSeconds(12));
                    break;
                case Step.Drain:
                    harness.Service.BeginDrain();
                    break;
                default:
                    break;
            }
        }
    }
}
