using System.Diagnostics;
using System.Globalization;

namespace Paraformer.Cli.Bench;

/// <summary>How busy the machine is, so that a figure says what it was taken beside.</summary>
/// <param name="Wall">When it was read.</param>
/// <param name="Own">Processor seconds of this program so far.</param>
/// <param name="All">Processor seconds of all programs so far; null where the system does not say.</param>
internal readonly record struct ProcessorUse(long Wall, double Own, double? All)
{
    private const string Statistics = "/proc/stat";

    // Linux counts in hundredths of a second on all its platforms of today.
    private const double TicksPerSecond = 100;

    /// <summary>Reads it.</summary>
    public static ProcessorUse Read()
    {
        using var process = Process.GetCurrentProcess();
        return new ProcessorUse(Stopwatch.GetTimestamp(), process.TotalProcessorTime.TotalSeconds, ReadAll());
    }

    /// <summary>The share of all processors that other programs used since an earlier reading.</summary>
    public double? OthersSince(ProcessorUse before)
    {
        double? others = All - before.All - (Own - before.Own);
        return others is { } used ? Math.Clamp(used / (Stopwatch.GetElapsedTime(before.Wall, Wall).TotalSeconds * Environment.ProcessorCount), 0, 1) : null;
    }

    private static double? ReadAll()
    {
        if (!File.Exists(Statistics))
        {
            return null;
        }

        // cpu user nice system idle iowait irq softirq steal
        string[] fields = File.ReadLines(Statistics).First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        double busy = 0;
        for (int i = 1; i < Math.Min(fields.Length, 9); i++)
        {
            busy += i is 4 or 5 ? 0 : double.Parse(fields[i], CultureInfo.InvariantCulture);
        }

        return busy / TicksPerSecond;
    }
}
