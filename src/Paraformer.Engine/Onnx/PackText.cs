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
    public static T ReadBytes<T>(InstalledPack pack, string file, Func<byte[], T> read)
    {
        string path = pack.PathOf(file);
        try
        {
            return new FileInfo(path).Length <= MaxBytes ? read(File.ReadAllBytes(path)) : throw new InvalidDataException($"it is larger than {MaxBytes >> 20} MiB");
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            string id = pack.Descriptor.Id;
            throw new ModelPackException(id, $"pack {id}: {path} cannot be read ({e.Message}): run 'paraformer models verify {id}'", e);
        }
    }
}
