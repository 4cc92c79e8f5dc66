using System.Runtime.InteropServices;

namespace Paraformer.Audio.Worker;

/// <summary>What this process may use, so that a stream that takes the decoder over or makes it run wild gains little.</summary>
internal static partial class ResourceLimits
{
    private const int FileSize = 1;
    private const int Data = 2;
    private const int Core = 4;
    private const int OpenFiles = 7;
    private const int SetNoNewPrivileges = 38;
    private const ulong MaxDataBytes = 512UL * 1024 * 1024;

    /// <summary>On Linux: no file may be written, no core left, no privilege gained, at most 64 files open and 512 MiB of memory used.</summary>
    public static void Apply()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        _ = SetLimit(Core, new Limit(0));
        _ = SetLimit(FileSize, new Limit(0));
        _ = SetLimit(OpenFiles, new Limit(64));
        _ = SetLimit(Data, new Limit(MaxDataBytes));
        _ = Control(SetNoNewPrivileges, 1, 0, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint first, nuint second, nuint third, nuint fourth);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limit(ulong most)
    {
        public readonly ulong Soft = most;
        public readonly ulong Hard = most;
    }
}
