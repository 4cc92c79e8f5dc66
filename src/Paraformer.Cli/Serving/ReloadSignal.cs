using System.Runtime.InteropServices;
using Paraformer.Cli.Terminal;
using Paraformer.Engine;

namespace Paraformer.Cli.Serving;

/// <summary>On SIGHUP, has the engine load packs anew whose files have been replaced. Windows has no such signal.</summary>
internal sealed class ReloadSignal : IAsyncDisposable
{
    private readonly IRecognitionEngine _engine;
    private readonly CliConsole _console;
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration? _registration;
    private Task _reloading = Task.CompletedTask;

    public ReloadSignal(IRecognitionEngine engine, CliConsole console)
    {
        _engine = engine;
        _console = console;
        if (!OperatingSystem.IsWindows())
        {
            _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _registration?.Dispose();
        await _stop.CancelAsync();
        await _reloading;
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;

        // One after the other; a signal that comes meanwhile may be about files that this one has looked at already.
        _reloading = ReloadAfterAsync(_reloading);
    }

    private async Task ReloadAfterAsync(Task previous)
    {
        await previous;
        try
        {
            IReadOnlyList<PackReload> packs = await _engine.ReloadAsync(_stop.Token);
            foreach (PackReload pack in packs.Where(p => p.Result != PackReloadResult.Unchanged))
            {
                _console.Note(pack.Result == PackReloadResult.Reloaded
                    ? $"pack {pack.Pack} was replaced: new tasks use the new files"
                    : $"pack {pack.Pack} was replaced but does not work, so tasks go on using the old files: {pack.Problem}");
            }

            if (packs.All(p => p.Result == PackReloadResult.Unchanged))
            {
                _console.Note("no pack in use was replaced");
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _console.Note("stopping: packs are not loaded anew");
        }
    }
}
