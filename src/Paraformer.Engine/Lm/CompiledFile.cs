using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Paraformer.Engine.Lm;

/// <summary>
/// Files made from packs, kept in the user's cache: <c>$XDG_CACHE_HOME/paraformer/compiled</c>, by default
/// <c>~/.cache/paraformer/compiled</c>; where that cannot be written, in the folder for temporary files. They may be deleted
/// at any time while no engine runs.
/// </summary>
internal static class CompiledFile
{
    /// <summary>Maps a compiled file, which is made first where there is none or only a damaged one.</summary>
    /// <param name="name">What it is, for people.</param>
    /// <param name="inputs">What it is made from: hashes and a version, so that other inputs give another file.</param>
    /// <param name="compile">Makes its sections.</param>
    /// <param name="use">Makes something of it, which disposes of it then; throws <see cref="InvalidDataException"/> where it does not hold what it should.</param>
    /// <exception cref="IOException">It can be written nowhere.</exception>
    public static T OpenOrCompile<T>(string name, IEnumerable<string> inputs, Func<IReadOnlyList<(string Name, byte[] Data)>> compile, Func<SectionFile, T> use)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', inputs)));
        string file = string.Create(CultureInfo.InvariantCulture, $"{name}-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}.bin");
        IReadOnlyList<string> folders = UserCache.Folders("compiled");
        foreach (string path in folders.Select(folder => Path.Combine(folder, file)).Where(File.Exists))
        {
            try
            {
                return Use(SectionFile.Open(path), use);
            }
            catch (InvalidDataException)
            {
                // It is made again below.
                continue;
            }
        }

        IReadOnlyList<(string, byte[])> sections = compile();
        Exception? failure = null;
        foreach (string folder in folders)
        {
            try
            {
                return Use(Write(folder, file, sections), use);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failure = e;
            }
        }

        throw new IOException($"{name} cannot be written to {string.Join(" or ", folders)}: {failure!.Message}", failure);
    }

    private static T Use<T>(SectionFile file, Func<SectionFile, T> use)
    {
        try
        {
            return use(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SectionFile Write(string folder, string file, IReadOnlyList<(string Name, byte[] Data)> sections)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, file);
        string temporary = Path.Combine(folder, $"{file}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (FileStream stream = File.Create(temporary))
            {
                SectionFile.Write(stream, sections);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        return SectionFile.Open(path);
    }
}
