using System.Runtime.InteropServices;

namespace Paraformer.Models.Catalog;

/// <summary>The platform this process runs on, named as the catalogue names platforms.</summary>
internal static class Platform
{
    /// <summary>Operating system and processor, such as <c>linux-x64</c> or <c>osx-arm64</c>.</summary>
    public static string Current { get; } = Name();

    /// <summary>Whether an entry for a platform (<c>osx-arm64</c>, or <c>osx</c> for all of them) fits a platform.</summary>
    public static bool Fits(string? entry, string platform) =>
        entry is null || entry == platform || platform.StartsWith(entry + "-", StringComparison.Ordinal);

    private static string Name()
    {
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : OperatingSystem.IsLinux() ? "linux" : "other";
        string processor = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            Architecture.X86 => "x86",
            Architecture.Arm => "arm",
            var other => other.ToString(),
        };
        return $"{system}-{processor}";
    }
}
