using System.Globalization;
using Paraformer.Cli.Terminal;
using Paraformer.Models;

namespace Paraformer.Cli.Packs;

/// <summary>Shows an installation: one line rewritten in place on a terminal, else one line for each step.</summary>
internal sealed class PackProgressReporter(CliConsole console) : IProgress<PackProgress>, IDisposable
{
    private readonly LiveLine _line = new(console);
    private readonly Lock _gate = new();
    private string _announced = "";

    public void Report(PackProgress value)
    {
        lock (_gate)
        {
            string step = $"{value.PackId}: {value.Step}";
            if (_line.IsActive)
            {
                _line.Show($"{step} {Amount(value)}");
            }
            else if (step != _announced)
            {
                console.Note(step);
            }

            _announced = step;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _line.Clear();
        }
    }

    internal static string Amount(PackProgress progress) => progress switch
    {
        { BytesDone: 0, BytesTotal: null } => "",
        { BytesTotal: > 0 and { } total } => string.Create(
            CultureInfo.InvariantCulture, $"{Megabytes(progress.BytesDone)} / {Megabytes(total)} MB ({Math.Min(100, progress.BytesDone * 100 / total)} %)"),
        _ => $"{Megabytes(progress.BytesDone)} MB",
    };

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
}
