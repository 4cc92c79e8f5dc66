using System.Text;
using Paraformer.Engine.Vosk;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Vosk;

public sealed class VoskModelFolderTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("assembled").FullName;

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void It_has_the_packs_files_and_the_others_in_their_places()
    {
        InstalledPack pack = Packs.Require("vosk-en");
        string other = Path.Combine(_parent, "other.conf");
        File.WriteAllText(other, "# other\n");
        VoskModelFiles files = new VoskModelFiles(pack).With("conf/mfcc.conf", other).With("graph/words.txt", "<eps> 0\n"u8.ToArray());
        string path;
        using (VoskModelFolder folder = VoskModelFolder.Assemble(files, [_parent]))
        {
            path = folder.FullPath;
            Assert.Equal("# other\n", File.ReadAllText(Path.Combine(path, "conf", "mfcc.conf")));
            Assert.Equal("<eps> 0\n", File.ReadAllText(Path.Combine(path, "graph", "words.txt")));
            foreach (PackFile file in pack.Descriptor.Files.Where(f => f.Path is not "conf/mfcc.conf" and not "graph/words.txt"))
            {
                Assert.Equal(File.ReadAllBytes(pack.PathOf(file.Path)), File.ReadAllBytes(Path.Combine(path, file.Path)));
            }

            Assert.Equal(pack.Descriptor.Files.Count, Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Count());
            Assert.Equal("# other\n", Encoding.UTF8.GetString(files.Read("conf/mfcc.conf").Span));
            Assert.Equal("<eps> 0\n", Encoding.UTF8.GetString(files.Read("graph/words.txt").Span));
        }

        Assert.False(Directory.Exists(path));
        Assert.All(pack.Descriptor.Files, file => Assert.Equal(file.Size, new FileInfo(pack.PathOf(file.Path)).Length));
        Assert.True(File.Exists(other));
    }

    [Fact]
    public void A_model_with_replaced_files_works_and_leaves_no_folder()
    {
        InstalledPack pack = Packs.Require("vosk-en");
        InstalledPack native = Packs.Require("libvosk");
        float[] audio = WaveFile.Read16BitMono(Samples.PathOf("austen-0880.wav"));
        byte[] conf = [.. File.ReadAllBytes(pack.PathOf("conf/model.conf")), .. "\n"u8];
        HashSet<string> before = Assembled();
        using VoskModel changed = VoskModel.Load(new VoskModelFiles(pack).With("conf/model.conf", conf), native);
        Assert.Equal(before, Assembled());
        using VoskModel plain = VoskModel.Load(pack, native);
        Assert.Equal(Words(plain, audio), Words(changed, audio));
    }

    [Fact]
    public void It_is_made_in_the_next_place_where_the_first_cannot_be_written()
    {
        InstalledPack pack = Packs.Require("vosk-en");
        string blocked = Path.Combine(_parent, "blocked");
        File.WriteAllText(blocked, "");
        VoskModelFiles files = new VoskModelFiles(pack).With("conf/mfcc.conf", "# none\n"u8.ToArray());
        using (VoskModelFolder folder = VoskModelFolder.Assemble(files, [blocked, Path.Combine(_parent, "free")]))
        {
            Assert.StartsWith(Path.Combine(_parent, "free"), folder.FullPath, StringComparison.Ordinal);
        }

        IOException error = Assert.Throws<IOException>(() => VoskModelFolder.Assemble(files, [blocked]));
        Assert.Contains(blocked, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_that_a_killed_process_left_are_deleted_and_those_in_use_are_not()
    {
        InstalledPack pack = Packs.Require("vosk-en");
        VoskModelFiles files = new VoskModelFiles(pack).With("conf/mfcc.conf", "# none\n"u8.ToArray());
        string abandoned = VoskModelFolder.Assemble(files, [_parent]).FullPath;
        Directory.SetLastWriteTimeUtc(abandoned, DateTime.UtcNow.AddHours(-2));
        using VoskModelFolder used = VoskModelFolder.Assemble(files, [_parent]);
        using VoskModelFolder next = VoskModelFolder.Assemble(files, [_parent]);
        Assert.False(Directory.Exists(abandoned));
        Assert.True(Directory.Exists(used.FullPath));
        Assert.All(pack.Descriptor.Files, file => Assert.Equal(file.Size, new FileInfo(pack.PathOf(file.Path)).Length));
    }

    private static HashSet<string> Assembled() =>
        [.. UserCache.Folders("assembled").Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories)];

    private static List<string> Words(VoskModel model, float[] audio)
    {
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        recognizer.Accept(audio);
        return [.. recognizer.EndStream().Select(w => w.ToString())];
    }
}
