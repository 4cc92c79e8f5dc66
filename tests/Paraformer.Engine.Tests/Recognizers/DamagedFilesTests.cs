using System.Formats.Tar;
using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.CharCtc;
using Paraformer.Engine.Features;
using Paraformer.Engine.Lm;
using Paraformer.Engine.Lm.Xz;
using Paraformer.Engine.Onnx;
using Paraformer.Engine.Recognizers;
using Paraformer.Engine.Scheduling;
using Paraformer.Engine.Text;
using Paraformer.Engine.Vad;
using Paraformer.Engine.Vosk;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Recognizers;

/// <summary>Every file of every kind of pack, damaged in many ways: it loads all the same, or is one error with a name; nothing hangs and nothing grows.</summary>
public sealed class DamagedFilesTests
{
    [Theory]
    [InlineData("paraformer-streaming", "ParaformerModels", "streaming")]
    [InlineData("paraformer-offline", "ParaformerModels", "offline")]
    [InlineData("paraformer-offline", "ParaformerModels", "biased")]
    [InlineData("sensevoice", "SenseVoice", "hub")]
    [InlineData("sensevoice", "SenseVoice", "release")]
    [InlineData("zipformer", "Zipformer", "ctc")]
    [InlineData("zipformer", "Zipformer", "v1")]
    [InlineData("zipformer", "Zipformer", "v2")]
    public void Recognizers_of_graphs(string kind, string family, string form)
    {
        var descriptor = new PackDescriptor { Id = "damaged", Kind = kind, Description = "random weights", Licence = "none", Languages = ["en"] };
        DamagedFiles.Try(new InstalledPack(descriptor, Path.Combine(AppContext.BaseDirectory, family, "reference", form)), pack => Use(RecognizerKinds.Load(pack.Descriptor.Id, _ => pack)));
    }

    [Fact]
    public void The_Mandarin_network_knows_its_files()
    {
        InstalledPack language = Packs.Require("lm-zh");
        using var copy = new PackCopy(Packs.Require("zh-char-ctc"));
        foreach (string file in new[] { "kwsr.net", "am.mvn.dim80_l2r2", "kwsr.lex", "tokens_2599.txt" })
        {
            string path = Path.Combine(copy.Pack.Folder, file);
            byte[] original = File.ReadAllBytes(path);
            File.WriteAllBytes(path, Mutations.Of(original, 5, seed: 1).Last().Content);
            ModelPackException error = Assert.Throws<ModelPackException>(() => RecognizerKinds.Load("zh-char-ctc", id => id == "zh-char-ctc" ? copy.Pack : language));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            File.WriteAllBytes(path, original);
        }
    }

    // With a catalogue that knows no hashes, and nothing compiled of what was read.
    [Fact]
    public void The_readers_of_the_Mandarin_network() => DamagedFiles.Try(
        Packs.Require("zh-char-ctc"),
        pack =>
        {
            FsmnNetwork network = PackText.ReadBytes(pack, "kwsr.net", bytes => KaldiNetworkReader.Read(bytes));
            FsmnNetwork.Stream stream = network.CreateStream();
            var frames = new FrameBuffer(network.Inputs);
            frames.AddRange(2).Clear();
            stream.Run(frames, new FrameBuffer(network.Outputs));
            stream.Finish(new FrameBuffer(network.Outputs));
            PackText.Read(pack, "am.mvn.dim80_l2r2", MeanVariance.Parse);
            string[] tokens = PackText.Read(pack, "tokens_2599.txt", CharLexicon.ReadTokens);
            PackText.Read(pack, "kwsr.lex", text => CharLexicon.Read(tokens, text.Split('\n')));
        },
        "kwsr.net",
        "am.mvn.dim80_l2r2",
        "kwsr.lex",
        "tokens_2599.txt");

    [Fact]
    public void Word_lists_and_language_models() => DamagedFiles.Try(
        Packs.Require("lm-zh"),
        pack => PackText.Open(pack, "dict-20220810.tar.xz", file =>
        {
            using var archive = new TarReader(new XzStream(file, 512 << 20));
            while (archive.GetNextEntry() is { } entry)
            {
                if (entry.DataStream is { } data)
                {
                    using var reader = new StreamReader(data);
                    reader.ReadToEnd();
                }
            }

            return 0;
        }),
        "dict-20220810.tar.xz");

    [Fact]
    public void Language_models_as_text()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        File.WriteAllText(Path.Combine(folder.FullName, "small.arpa"), """
            \data\
            ngram 1=3
            ngram 2=2
            ngram 3=1

            \1-grams:
            -1.5\t一\t-0.3
            -1.2\t二\t-0.2
            -0.9\t三

            \2-grams:
            -0.5\t一 二\t-0.1
            -0.4\t二 三

            \3-grams:
            -0.2\t一 二 三

            \end\
            """.Replace("\\t", "\t", StringComparison.Ordinal));
        var descriptor = new PackDescriptor { Id = "damaged", Kind = "lm", Description = "three words", Licence = "none" };
        DamagedFiles.Try(new InstalledPack(descriptor, folder.FullName), pack => PackText.Open(pack, "small.arpa", file =>
        {
            using var reader = new StreamReader(file);
            return NgramCompiler.Compile(ArpaReader.Read(reader)).Count;
        }));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Language_models_of_the_native_library() => DamagedFiles.Try(
        GraphsOf(Packs.Require("vosk-en")),
        pack => PackText.Open(pack, "Gr.fst", file =>
        {
            using var bytes = new MemoryStream();
            file.CopyTo(bytes);
            NgramGraph graph = NgramGraph.Read("Gr.fst", bytes.ToArray());
            return new VoskHotWords([new HotWord("dashwood", 4), new HotWord("young man", 4)], graph.Vocabulary).Apply(graph).Length;
        }),
        "Gr.fst");

    [Theory]
    [InlineData("vad-silero", "silero_vad.onnx")]
    [InlineData("vad-fsmn", "fsmnvad-online.onnx", "am.mvn")]
    public void Detectors(string id, params string[] files) => DamagedFiles.Try(
        Packs.Require(id),
        pack =>
        {
            using IVoiceActivityModel model = VoiceActivityKinds.Load(pack);
            ModelTest.RunAsync(model, default).GetAwaiter().GetResult();
        },
        files);

    [Fact]
    public void Punctuation()
    {
        var descriptor = new PackDescriptor { Id = "damaged", Kind = "punctuation", Description = "random weights", Licence = "none" };
        DamagedFiles.Try(new InstalledPack(descriptor, Path.Combine(AppContext.BaseDirectory, "Text", "Punctuation", "ct-transformer", "online")), pack =>
        {
            using var punctuator = new CtTransformerPunctuator(CtTransformerModel.Load(pack));
            punctuator.Punctuate(["我", "们", "好"], "zh", new PunctuatedWord[3], isFinal: true);
        }, "model.onnx", "tokens.json");
    }

    [Fact]
    public void Transducers_for_numbers() => DamagedFiles.Try(
        Packs.Require("itn-zh"),
        pack => InverseTextNormalizers.Load(pack).Normalize(["一", "百", "二", "十"]));

    [Fact]
    public void Files_for_the_native_library_are_not_handed_to_it()
    {
        InstalledPack native = Packs.Require("libvosk");
        InstalledPack real = Packs.Require("vosk-en");
        DirectoryInfo root = Directory.CreateTempSubdirectory();
        try
        {
            InstalledPack copy = real with { Folder = root.FullName };
            foreach (PackFile file in real.Descriptor.Files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root.FullName, file.Path))!);
                File.Copy(real.PathOf(file.Path), Path.Combine(root.FullName, file.Path));
            }

            foreach (string name in new[] { "am/final.mdl", "graph/Gr.fst", "conf/mfcc.conf" })
            {
                string path = Path.Combine(root.FullName, name);
                byte[] content = File.ReadAllBytes(path);
                content[content.Length / 2] ^= 4;
                File.WriteAllBytes(path, content);
                ModelPackException error = Assert.Throws<ModelPackException>(() => RecognizerKinds.Load("vosk-en", id => id == "libvosk" ? native : copy));
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
                content[content.Length / 2] ^= 4;
                File.WriteAllBytes(path, content);
            }
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static InstalledPack GraphsOf(InstalledPack pack) => pack with { Folder = Path.Combine(pack.Folder, "graph") };

    // A step's failure is its stream's, told as such; everything else is a fault of ours.
    private static void Use(IRecognizerModel model)
    {
        using (model)
        {
            using var scheduler = new WorkScheduler(1);
            model.UseWorkers(scheduler, new BatchOptions { MaxSteps = 8 });
            try
            {
                ModelTest.RunAsync(model, default).GetAwaiter().GetResult();
            }
            catch (Exception e) when (e is OnnxRuntimeException or RecognitionException)
            {
                TestContext.Current.TestOutputHelper?.WriteLine("in a step: " + e.Message);
            }
        }
    }
}
