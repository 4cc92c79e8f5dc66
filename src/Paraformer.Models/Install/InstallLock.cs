namespace Paraformer.Models.Install;

/// <summary>A lock on a pack of an install folder, between processes and between stores of one process.</summary>
internal static class InstallLock
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for the lock. Disposing the stream gives it back; the file stays, since removing it would race.</summary>
    public static async Task<FileStream> AcquireAsync(string file, Action waiting, CancellationToken cancellationToken)
    {
        bool told = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException exception) when (IsHeldByAnother(exception))
            {
                if (!told)
                {
                    waiting();
                    told = true;
                }
            }

            await Task.Delay(PollInterval, cancellationToken).ConfigureAwait(false);
        }
    }

    // ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION; EWOULDBLOCK is 11 on Linux and 35 on macOS.
    private static bool IsHeldByAnother(IOException exception) => OperatingSystem.IsWindows()
        ? (exception.HResult & 0xFFFF) is 32 or 33
        : exception.HResult == (OperatingSystem.IsMacOS() ? 35 : 11);
}
