namespace Paraformer.Testing;

/// <summary>A recording and what is said in it.</summary>
public sealed record Clip(string Name, string Path, string Text);

/// <summary>Near-field Mandarin recordings beside the model packs (<c>audio/zh-xiaoyun</c>); the clips of a wake word are left out.</summary>
public static class MandarinClips
{
    private const string Folder = "zh-xiaoyun";

    /// <summary>The clips in the order of their names, or a skipped test that names what is missing.</summary>
    public static IReadOnlyList<Clip> Require()
    {
        string? folder = Packs.Store.SearchPath
            .Select(path => System.IO.Path.Combine(path, "..", "audio", Folder))
            .FirstOrDefault(path => File.Exists(System.IO.Path.Combine(path, "merge_trans.txt")));
        Assert.SkipUnless(folder is not null, $"the recordings {Folder} are not in ../audio beside a folder of PARAFORMER_MODELS");
        Packs.Require("zh-char-ctc");
        Packs.Require("lm-zh");
        return [.. File.ReadLines(System.IO.Path.Combine(folder!, "merge_trans.txt"))
            .Select(line => line.Split([' ', '\t'], 2))
            .Select(fields => new Clip(fields[0], System.IO.Path.Combine(folder!, fields[0] + ".wav"), fields[1].Replace(" ", "", StringComparison.Ordinal).Trim()))
            .Where(clip => clip.Text != "小云小云")
            .OrderBy(clip => clip.Name, StringComparer.Ordinal)];
    }

    /// <summary>Insertions, deletions and substitutions between two texts, character by character, spaces aside.</summary>
    public static int Distance(string reference, string hypothesis) =>
        Words.Distance(Spread(reference), Spread(hypothesis));

    private static string Spread(string text) => string.Join(' ', text.Where(c => !char.IsWhiteSpace(c)));
}
