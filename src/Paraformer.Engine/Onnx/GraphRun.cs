using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Paraformer.Models;

namespace Paraformer.Engine.Onnx;

/// <summary>
/// Runs of a graph, one at a time, each cut off when it takes too long: a damaged or hostile graph may hold a loop without an end. One for each stream, or for each
/// run; not thread-safe.
/// </summary>
internal sealed class GraphRun : IDisposable
{
    private readonly PackGraph _graph;
    private readonly RunOptions _options = new();
    private readonly Timer _timer;
    private readonly Lock _gate = new();
    private long _began;
    private bool _running;
    private bool _cut;

    public GraphRun(PackGraph graph)
    {
        _graph = graph;
        _timer = new Timer(static run => ((GraphRun)run!).Cut(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Runs the graph.</summary>
    /// <exception cref="ModelPackException">It took longer than <see cref="PackGraph.RunLimit"/>.</exception>
    /// <exception cref="OnnxRuntimeException">The graph refused what it was given.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyCollection<string> inputs, IReadOnlyCollection<OrtValue> values, IReadOnlyCollection<string> outputs)
    {
        Begin();
        try
        {
            return _graph.Session.Run(_options, inputs, values, outputs);
        }
        catch (OnnxRuntimeException e) when (IsCut())
        {
            throw TooLong(e);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Runs the graph into tensors that are there.</summary>
    /// <exception cref="ModelPackException">It took longer than <see cref="PackGraph.RunLimit"/>.</exception>
    /// <exception cref="OnnxRuntimeException">The graph refused what it was given, or gives something else.</exception>
    public void Run(IReadOnlyCollection<string> inputs, IReadOnlyCollection<OrtValue> values, IReadOnlyCollection<string> outputs, IReadOnlyCollection<OrtValue> results)
    {
        Begin();
        try
        {
            _graph.Session.Run(_options, inputs, values, outputs, results);
        }
        catch (OnnxRuntimeException e) when (IsCut())
        {
            throw TooLong(e);
        }
        finally
        {
            End();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _running = false;
        }

        _timer.Dispose();
        _options.Dispose();
    }

    private void Begin()
    {
        lock (_gate)
        {
            _running = true;
            _began = Stopwatch.GetTimestamp();
        }

        _timer.Change(_graph.RunLimit, Timeout.InfiniteTimeSpan);
    }

    private void End()
    {
        _timer.Change(Timeout.Infinite, Timeout.Infinite);
        lock (_gate)
        {
            _running = false;
            if (_cut)
            {
                _options.Terminate = false;
                _cut = false;
            }
        }
    }

    private void Cut()
    {
        lock (_gate)
        {
            // A run that has ended meanwhile, or was disposed of, is left alone, and so is the next one, which a late call of the timer may meet.
            if (_running && Stopwatch.GetElapsedTime(_began) >= _graph.RunLimit * 0.9)
            {
                _cut = true;
                _options.Terminate = true;
            }
        }
    }

    private bool IsCut()
    {
        lock (_gate)
        {
            return _cut;
        }
    }

    private ModelPackException TooLong(OnnxRuntimeException cause) =>
        _graph.Wrong(string.Create(CultureInfo.InvariantCulture, $"took longer than {_graph.RunLimit.TotalSeconds} s for one run and was cut off"), new TimeoutException(cause.Message, cause));
}
