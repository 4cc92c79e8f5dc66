namespace Paraformer.Models.Tests.Support;

/// <summary>A folder that goes when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("paraformer-models-").FullName;

    public string Sub(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string relativePath, ReadOnlySpan<byte> content)
    {
        string path = Sub(relativePath);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
