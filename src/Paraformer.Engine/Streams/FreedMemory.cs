using System.Runtime.InteropServices;

namespace Paraformer.Engine.Streams;

/// <summary>
/// Gives memory that native recognisers have freed back to the system. The C library of Linux keeps it, in pieces all over its heaps: a server that had 120 MB in use held
/// more than 600 MB after some dozens of streams, and 310 MB with this.
/// </summary>
internal sealed partial class FreedMemory : IDisposable
{
    /// <summary>How long after a stream's end, by default; streams that end in the meantime share it.</summary>
    public static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _delay;
    private readonly Timer _timer;
    private int _isPending;

    public FreedMemory(TimeSpan delay)
    {
        _delay = delay;
        _timer = new Timer(static self => ((FreedMemory)self!).Return(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>A stream has freed what it had.</summary>
    public void StreamClosed()
    {
        if (Interlocked.Exchange(ref _isPending, 1) == 0)
        {
            _timer.Change(_delay, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Return()
    {
        Volatile.Write(ref _isPending, 0);
        try
        {
            _ = MallocTrim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, with habits of its own.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);
}
