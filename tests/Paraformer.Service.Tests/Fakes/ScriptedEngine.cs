using System.Collections.Concurrent;
using Paraformer.Engine;

namespace Paraformer.Service.Tests.Fakes;

/// <summary>An engine whose streams do what a test says.</summary>
internal sealed class ScriptedEngine : IRecognitionEngine
{
    private readonly ConcurrentQueue<ScriptedStream> _streams = new();
    private readonly SemaphoreSlim _opened = new(0);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<StreamRequest> Requests { get; } = [];

    /// <summary>Thrown instead of opening a stream.</summary>
    public Exception? StartError { get; set; }

    /// <summary>Opening a stream waits for it.</summary>
    public Task StartGate { get; set; } = Task.CompletedTask;

    /// <summary>Ends when the first stream has been asked for, before <see cref="StartGate"/>.</summary>
    public Task Asked => _asked.Task.WaitAsync(Patience.Limit);

    /// <summary>Prepares each new stream.</summary>
    public Action<ScriptedStream> OnStart { get; set; } = _ => { };

    public IReadOnlyList<ServedModel> Models { get; set; } = [];

    public IReadOnlyCollection<ScriptedStream> Streams => _streams;

    public async ValueTask<IRecognitionStream> StartAsync(StreamRequest request, CancellationToken cancellationToken = default)
    {
        _asked.TrySetResult();
        await StartGate.WaitAsync(cancellationToken);
        lock (Requests)
        {
            Requests.Add(request);
        }

        if (StartError is not null)
        {
            throw StartError;
        }

        var stream = new ScriptedStream();
        OnStart(stream);
        _streams.Enqueue(stream);
        _opened.Release();
        return stream;
    }

    /// <summary>Waits until one more stream is open and gives the latest.</summary>
    public async Task<ScriptedStream> NextStreamAsync()
    {
        Assert.True(await _opened.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken), "No stream was opened.");
        return _streams.Last();
    }

    public IReadOnlyList<ServedModel> DescribeModels() => Models;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
