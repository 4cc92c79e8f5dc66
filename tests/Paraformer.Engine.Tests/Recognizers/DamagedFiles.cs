using Paraformer.Models;

namespace Paraformer.Engine.Tests.Recognizers;

/// <summary>Sees to it that a pack whose files are damaged loads all the same, or is one error with a name, in bounded time and memory.</summary>
internal static class DamagedFiles
{
    private const int Times = 24;

    // What a load may allocate beside a multiple of the pack: a size in a file is not to be believed before the file was seen to hold it.
    private const long SpareBytes = 64 << 20;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Damages each file in turn and loads the pack.</summary>
    /// <param name="pack">The pack; it is copied.</param>
    /// <param name="load">Loads and uses it.</param>
    /// <param name="files">The files; all where none is named.</param>
    public static void Try(InstalledPack pack, Action<InstalledPack> load, params string[] files)
    {
        using var copy = new PackCopy(pack);
        string[] all = files.Length > 0 ? files : [.. Directory.EnumerateFiles(copy.Pack.Folder).Select(f => Path.GetFileName(f)!).Where(f => !f.StartsWith("golden", StringComparison.Ordinal))];
        long size = all.Sum(file => new FileInfo(Path.Combine(copy.Pack.Folder, file)).Length);
        Assert.Null(Run(copy.Pack, load, long.MaxValue));
        var faults = new List<string>();
        foreach (string file in all)
        {
            string path = Path.Combine(copy.Pack.Folder, file);
            byte[] original = File.ReadAllBytes(path);
            int refused = 0;
            foreach ((string what, byte[] content) in Mutations.Of(original, original.Length > 1 << 20 ? Times / 2 : Times, seed: original.Length))
            {
                File.WriteAllBytes(path, content);
                if (Run(copy.Pack, load, (20 * size) + SpareBytes) is { } fault)
                {
                    refused++;
                    if (fault is not ModelPackException || !fault.Message.Contains(pack.Descriptor.Id, StringComparison.Ordinal))
                    {
                        faults.Add($"{file}, {what}: {fault}");
                    }
                }
            }

            File.WriteAllBytes(path, original);
            // A list of pieces is text of any kind.
            Assert.True(refused > 1 || file == "seg_dict", $"{file} may be damaged in any way");
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.Null(Run(copy.Pack, load, long.MaxValue));
    }

    // What was thrown; on a thread of its own, so that neither time nor memory is without bounds.
    private static Exception? Run(InstalledPack pack, Action<InstalledPack> load, long bytes)
    {
        Exception? thrown = null;
        long allocated = 0;
        var thread = new Thread(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                load(pack);
            }
            catch (Exception e)
            {
                thrown = e;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        })
        { IsBackground = true };
        thread.Start();
        return !thread.Join(s_patience) ? new TimeoutException("it hangs")
            : allocated > bytes ? new InsufficientMemoryException($"{allocated} bytes were allocated", thrown)
            : thrown;
    }
}
