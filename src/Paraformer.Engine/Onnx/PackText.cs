using System.Security.Cryptography;
using Paraformer.Models;

namespace Paraformer.Engine.Onnx;

/// <summary>Reads the small files of a pack.</summary>
internal static class PackText
{
    // The largest vocabulary known has 4 MB; more is not one.
    private const long MaxBytes = 64 << 20;

    /// <summary>Reads a file and makes something of it.</summary>
    /// <param name="pack">The pack.</param>
    /// <param name="file">The file inside it.</param>
    /// <param name="read">Gets the text; throws <see cref="FormatException"/> or <see cref="InvalidDataException"/> where it is not what it should be.</param>
    /// <exception cref="ModelPackException">The file is missing, too large, or not what it should be.</exception>
    public static T Read<T>(InstalledPack pack, string file, Func<string, T> read) => ReadBytes(pack, file, bytes => read(System.Text.Encoding.UTF8.GetString(bytes)));

    /// <summary>As <see cref="Read"/>, with the bytes.</summary>
    public static T ReadBytes<T>(InstalledPack pack, string file, Func<byte[], T> read) => Guard(pack, file, path =>
        new FileInfo(path).Length <= MaxBytes ? read(File.ReadAllBytes(path)) : throw new InvalidDataException($"it is larger than {MaxBytes >> 20} MiB"));

    /// <summary>As <see cref="Read"/>, with the open file, whatever its size.</summary>
    public static T Open<T>(InstalledPack pack, string file, Func<Stream, T> read) => Guard(pack, file, path =>
    {
        using FileStream stream = File.OpenRead(path);
        return read(stream);
    });

    /// <summary>Reads all files of a pack, and does nothing where they are those that the catalogue knows, as far as it does.</summary>
    /// <exception cref="ModelPackException">One is missing, cannot be read, or is another.</exception>
    public static void RequireKnown(InstalledPack pack)
    {
        foreach (PackFile file in pack.Descriptor.Files)
        {
            string hash = file.Sha256.Length > 0 ? Open(pack, file.Path, content => Convert.ToHexStringLower(SHA256.HashData(content))) : file.Sha256;
            if (hash != file.Sha256)
            {
                string id = pack.Descriptor.Id;
                throw new ModelPackException(id, $"pack {id}: {pack.PathOf(file.Path)} is damaged, its SHA-256 is not {file.Sha256}: run 'paraformer models verify {id}'");
            }
        }
    }

    private static T Guard<T>(InstalledPack pack, string file, Func<string, T> read)
    {
        string path = pack.PathOf(file);
        try
        {
            return read(path);
        }
        // JSON's reader calls text that is no Unicode an invalid operation, and so does that of archives a size that no entry can have.
        catch (Exception e) when (e is FormatException or InvalidDataException or IOException or UnauthorizedAccessException or System.Text.Json.JsonException or InvalidOperationException)
        {
            string id = pack.Descriptor.Id;
            throw new ModelPackException(id, $"pack {id}: {path} cannot be read ({e.Message}): run 'paraformer models verify {id}'", e);
        }
    }
}
