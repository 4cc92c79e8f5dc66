using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Paraformer.Models.Tests.Support;

/// <summary>A pack to write catalogues of: its files' contents and where they come from.</summary>
internal sealed record TestPack(string Id, IReadOnlyDictionary<string, byte[]> Files)
{
    public string[] Requires { get; init; } = [];

    public IReadOnlyDictionary<string, string> Inline { get; init; } = new Dictionary<string, string>();

    public JsonObject[] Sources { get; init; } = [];

    /// <summary>Whether the catalogue knows no hashes.</summary>
    public bool Pinned { get; init; }

    /// <summary>A pack of two files whose bytes follow from its id.</summary>
    public static TestPack WithId(string id, params JsonObject[] sources) => new(id, new Dictionary<string, byte[]>
    {
        ["model.bin"] = Bytes(id, 300_000),
        ["conf/words.txt"] = Encoding.UTF8.GetBytes($"words of {id}\n"),
    })
    { Sources = sources };

    public static byte[] Bytes(string seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed.Sum(character => character)).NextBytes(bytes);
        return bytes;
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A catalogue of packs.</summary>
    public static ModelCatalog Catalog(params TestPack[] packs)
    {
        JsonObject document = new()
        {
            ["schema"] = 1,
            ["packs"] = new JsonArray([.. packs.Select(pack => (JsonNode)pack.Json())]),
        };
        return ModelCatalog.Parse(Encoding.UTF8.GetBytes(document.ToJsonString()));
    }

    /// <summary>Puts the pack's files under a folder, as a user would by hand.</summary>
    public string LayIn(string searchFolder)
    {
        string folder = Path.Combine(searchFolder, Id);
        foreach ((string path, byte[] content) in Files.Concat(Inline.Select(file => KeyValuePair.Create(file.Key, Encoding.UTF8.GetBytes(file.Value)))))
        {
            string file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
        }

        return folder;
    }

    private JsonObject Json() => new()
    {
        ["id"] = Id,
        ["kind"] = "test",
        ["description"] = "a pack",
        ["licence"] = "MIT",
        ["origin"] = "a test",
        ["requires"] = JsonSerializer.SerializeToNode(Requires),
        ["files"] = new JsonArray([
            .. Files.Select(file => Pinned
                ? new JsonObject { ["path"] = file.Key, ["size"] = file.Value.Length, ["pin"] = true }
                : new JsonObject { ["path"] = file.Key, ["size"] = file.Value.Length, ["sha256"] = Sha256(file.Value) }),
            .. Inline.Select(file => new JsonObject { ["path"] = file.Key, ["text"] = file.Value })]),
        ["sources"] = new JsonArray([.. Sources.Select(source => source.DeepClone())]),
    };
}
