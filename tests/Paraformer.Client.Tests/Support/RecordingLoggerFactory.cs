using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Paraformer.Client.Tests.Support;

/// <summary>Keeps every log event.</summary>
internal sealed class RecordingLoggerFactory : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(EventId Id, string Text)> Events { get; } = new();

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Events.Enqueue((eventId, formatter(state, exception) + exception));

    public void Dispose()
    {
    }
}
