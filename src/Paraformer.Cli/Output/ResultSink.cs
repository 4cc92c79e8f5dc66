using Paraformer.Cli.Terminal;
using Paraformer.Protocol;

namespace Paraformer.Cli.Output;

/// <summary>Where the results go: standard output or a file. Failures to write become the errors that the user is told.</summary>
internal sealed class ResultSink : IAsyncDisposable
{
    private readonly Stream? _file;
    private readonly string _name;
    private readonly SentenceWriter _writer;

    private ResultSink(Stream? file, string name, bool isTerminal, SentenceWriter writer)
    {
        _file = file;
        _name = name;
        _writer = writer;
        IsTerminal = isTerminal;
    }

    /// <summary>Whether the results appear on a terminal.</summary>
    public bool IsTerminal { get; }

    /// <summary>Opens the destination and writes what comes before the first sentence.</summary>
    /// <param name="path">A file, which is overwritten; null for standard output.</param>
    /// <param name="kind">One of <see cref="SentenceWriter.Names"/>.</param>
    /// <param name="partials">Write partial results too.</param>
    /// <param name="console">Where standard output is.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="CliException">The file cannot be written.</exception>
    public static async Task<ResultSink> OpenAsync(string? path, string kind, bool partials, CliConsole console, CancellationToken cancellationToken)
    {
        Stream? file = path is null ? null : OutputFile.Create(path);
        bool isTerminal = file is null && console.OutputIsTerminal;
        SentenceWriter writer = SentenceWriter.Create(kind, file ?? console.Output, partials, withTimes: isTerminal);
        var sink = new ResultSink(file, path ?? "standard output", isTerminal, writer);
        await sink.GuardAsync(writer.BeginAsync(cancellationToken));
        return sink;
    }

    /// <summary>Whether a sentence leaves a trace here.</summary>
    public bool Takes(Sentence sentence) => sentence.IsFinal || _writer.TakesPartials;

    /// <summary>Writes a sentence and flushes.</summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    /// <exception cref="BrokenPipeException">Standard output has no reader any more.</exception>
    public Task WriteAsync(Sentence sentence, CancellationToken cancellationToken) => GuardAsync(_writer.WriteAsync(sentence, cancellationToken));

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task GuardAsync(ValueTask writing)
    {
        try
        {
            await writing;
        }
        catch (IOException problem) when (_file is null && BrokenPipeException.IsBrokenPipe(problem))
        {
            throw new BrokenPipeException(problem);
        }
        catch (IOException problem)
        {
            throw CliException.Failed("the results cannot be written: " + problem.Message, _name, "make room or choose another place with -o", problem);
        }
    }
}
