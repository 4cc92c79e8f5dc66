using BenchmarkDotNet.Running;

namespace Paraformer.Benchmarks;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["serve"]:
                await using (var service = new ProtocolService())
                {
                    Console.WriteLine(service.Port);
                    await ProtocolService.WaitForInputEndAsync();
                }

                return 0;
            case ["sessions", .. var rest]:
                int count = rest is [var number, ..] ? int.Parse(number, System.Globalization.CultureInfo.InvariantCulture) : 1000;
                await ConcurrentSessions.RunAsync(count, reconnect: rest is not [_, "off"]);
                return 0;
            default:
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
                return 0;
        }
    }
}
