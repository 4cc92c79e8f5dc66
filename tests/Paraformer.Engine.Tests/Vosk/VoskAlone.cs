using System.Runtime.InteropServices;
using System.Text;
using Paraformer.Engine.Vosk;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Vosk;

/// <summary>
/// Vosk as its own examples drive it: the model with its published configuration, pieces of 4000 samples, a result
/// wherever it detects an endpoint.
/// </summary>
internal sealed unsafe class VoskAlone : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vosk-alone").FullName;
    private readonly VoskLibrary _library;
    private readonly nint _model;

    public VoskAlone()
    {
        InstalledPack native = Packs.Require("libvosk");
        _library = VoskLibrary.Load(native.PathOf(native.Descriptor.Files[0].Path));
        InstalledPack pack = Packs.Require("vosk-en");
        foreach (PackFile file in pack.Descriptor.Files)
        {
            string target = Path.Combine(_folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(pack.PathOf(file.Path), target);
        }

        File.WriteAllText(Path.Combine(_folder, "conf", "mfcc.conf"), "--use-energy=false\n--sample-frequency=16000\n");
        File.WriteAllText(
            Path.Combine(_folder, "conf", "model.conf"),
            """
            --min-active=200
            --max-active=3000
            --beam=10.0
            --lattice-beam=2.0
            --acoustic-scale=1.0
            --frame-subsampling-factor=3
            --endpoint.silence-phones=1:2:3:4:5:6:7:8:9:10
            --endpoint.rule2.min-trailing-silence=0.5
            --endpoint.rule3.min-trailing-silence=1.0
            --endpoint.rule4.min-trailing-silence=2.0

            """);
        fixed (byte* path = Encoding.UTF8.GetBytes(_folder + '\0'))
        {
            _model = _library.ModelNew(path);
        }
    }

    public string Recognize(float[] samples)
    {
        nint recognizer = _library.RecognizerNew(_model, VoskRecognizer.SampleRate);
        _library.SetWords(recognizer, 1);
        var words = new List<WordHypothesis>();
        for (int i = 0; i < samples.Length; i += 4000)
        {
            float[] piece = [.. samples.AsSpan(i, Math.Min(4000, samples.Length - i)).ToArray().Select(s => s * 32768f)];
            fixed (float* data = piece)
            {
                if (_library.AcceptWaveform(recognizer, data, piece.Length) == 1)
                {
                    VoskResult.ReadWords(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_library.Result(recognizer)), 0, words);
                }
            }
        }

        VoskResult.ReadWords(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_library.FinalResult(recognizer)), 0, words);
        _library.RecognizerFree(recognizer);
        return string.Join(' ', words.Select(w => w.Text));
    }

    public void Dispose()
    {
        _library.ModelFree(_model);
        Directory.Delete(_folder, recursive: true);
    }
}
