using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Paraformer.Models.Install;

/// <summary>
/// A download in progress, kept over interruptions: the bytes so far and, beside them, the entity tag of the version they are of.
/// </summary>
internal sealed class PartialFile
{
    private readonly string _tagPath;

    /// <summary>The part of one file from one address; another address never goes on with it.</summary>
    public PartialFile(string folder, Uri address, PackFile file)
    {
        byte[] key = Encoding.UTF8.GetBytes($"{address.AbsoluteUri}\n{file.Path}");
        string name = Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 12));
        Path = System.IO.Path.Combine(folder, name + ".part");
        _tagPath = System.IO.Path.Combine(folder, name + ".etag");
    }

    public string Path { get; }

    public long Length => File.Exists(Path) ? new FileInfo(Path).Length : 0;

    /// <summary>The entity tag; null when there is none that can vouch for equal bytes.</summary>
    public EntityTagHeaderValue? Tag
    {
        get => File.Exists(_tagPath) && EntityTagHeaderValue.TryParse(File.ReadAllText(_tagPath), out EntityTagHeaderValue? tag) && !tag.IsWeak
            ? tag
            : null;
        set
        {
            if (value is { IsWeak: false })
            {
                File.WriteAllText(_tagPath, value.ToString());
            }
        }
    }

    public void Clear()
    {
        File.Delete(_tagPath);
        File.Delete(Path);
    }

    public FileStream OpenForAppend() => new(Path, FileMode.Append, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
}
