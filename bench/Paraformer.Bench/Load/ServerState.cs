using System.Diagnostics;
using System.Globalization;

namespace Paraformer.Bench.Load;

/// <summary>A server process at one moment.</summary>
internal sealed record ServerState(long ResidentBytes, long ManagedBytes, double CpuSeconds, long Allocated, int Collections0, int Collections2, double PauseMs)
{
    public static async Task<ServerState> ReadAsync(Process server, bool collect)
    {
        await server.StandardInput.WriteLineAsync(collect ? "collect" : "state");
        string[] parts = (await server.StandardOutput.ReadLineAsync())!.Split(' ');
        server.Refresh();
        return new ServerState(
            server.WorkingSet64,
            long.Parse(parts[0], CultureInfo.InvariantCulture),
            double.Parse(parts[1], CultureInfo.InvariantCulture),
            long.Parse(parts[2], CultureInfo.InvariantCulture),
            int.Parse(parts[3], CultureInfo.InvariantCulture),
            int.Parse(parts[4], CultureInfo.InvariantCulture),
            double.Parse(parts[5], CultureInfo.InvariantCulture));
    }

    public void Print(string what, ServerState before, int connections) => Console.WriteLine(FormattableString.Invariant(
        $"{what}: per connection {(ResidentBytes - before.ResidentBytes) / 1024.0 / connections:0.0} KB resident, {(ManagedBytes - before.ManagedBytes) / 1024.0 / connections:0.0} KB managed (process {ResidentBytes / 1048576.0:0} MB)"));
}
