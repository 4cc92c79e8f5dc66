using System.Runtime.InteropServices;

namespace Paraformer.Testing;

/// <summary>What native code has allocated with the C library.</summary>
public static partial class NativeHeap
{
    /// <summary>Bytes allocated and not freed; 0 where the C library does not tell. Resident memory tells less: what was freed stays in it for as long as the library likes.</summary>
    public static long InUse()
    {
        try
        {
            AllocatorState state = MallInfo2();
            return (long)(state.InUse + state.Mapped);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial AllocatorState MallInfo2();

    // struct mallinfo2 of glibc 2.33 and later.
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct AllocatorState(
        nuint Arena, nuint FreeChunks, nuint FastChunks, nuint MappedChunks, nuint Mapped, nuint Unused, nuint FastFree, nuint InUse, nuint Free, nuint Releasable);
}
