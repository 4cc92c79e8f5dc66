using System.Diagnostics;
using System.Runtime.InteropServices;
using Paraformer.Engine.Streams;

namespace Paraformer.Engine.Tests.Streams;

[Collection(nameof(SoakTests))]
public sealed class FreedMemoryTests
{
    private const int Piece = 64 * 1024;
    private const int Pieces = 3000;

    [Fact]
    public async Task What_was_freed_between_pieces_in_use_goes_back_to_the_system()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.RuntimeIdentifier.StartsWith("linux-x64", StringComparison.Ordinal), "the C library of Linux");
        nint[] pieces = [.. Enumerable.Range(0, Pieces).Select(_ => Marshal.AllocHGlobal(Piece))];
        foreach (nint piece in pieces)
        {
            unsafe
            {
                new Span<byte>((void*)piece, Piece).Fill(1);
            }
        }

        long full = Resident();
        for (int i = 0; i < Pieces; i++)
        {
            // One in ten stays and keeps those before it from going by themselves.
            if (i % 10 != 9)
            {
                Marshal.FreeHGlobal(pieces[i]);
            }
        }

        using var freed = new FreedMemory(TimeSpan.FromMilliseconds(20));
        freed.StreamClosed();
        freed.StreamClosed();
        var clock = Stopwatch.StartNew();
        while (full - Resident() < Piece * Pieces / 2 && clock.Elapsed < TimeSpan.FromSeconds(20))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.InRange(full - Resident(), Piece * Pieces / 2, long.MaxValue);
        for (int i = 9; i < Pieces; i += 10)
        {
            Marshal.FreeHGlobal(pieces[i]);
        }
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
