namespace Paraformer.Models.Install;

/// <summary>Folders that an installation makes for itself.</summary>
internal static class WorkFolder
{
    public static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Cleans up at an end that has its own outcome to tell; what stays is deleted by the next installation.</summary>
    /// <returns>Whether the folder is gone.</returns>
    public static bool DeleteIfPossible(string folder)
    {
        try
        {
            Delete(folder);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
