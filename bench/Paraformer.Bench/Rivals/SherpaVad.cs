using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Paraformer.Engine;
using Paraformer.Engine.Vad.Silero;
using Paraformer.Models;

namespace Paraformer.Bench.Rivals;

/// <summary>
/// The same Silero file through sherpa-onnx's C interface and through this engine, in turn, each in a process of its own: the two
/// bring different versions of ONNX Runtime. sherpa-onnx comes from the npm package <c>sherpa-onnx-linux-x64</c>, unpacked.
/// </summary>
internal static class SherpaVad
{
    public const string ChildCommand = "sherpa-vad-child";

    private const int SampleRate = 16000;
    private const int WindowSamples = 512;
    private const double AudioSeconds = 120;
    private const int Rounds = 5;

    /// <summary>Compares; <paramref name="folder"/> holds <c>libsherpa-onnx-c-api.so</c>.</summary>
    public static async Task RunAsync(string folder)
    {
        Console.WriteLine("| round | sherpa-onnx, µs a window | this engine, µs a window | ratio |");
        Console.WriteLine("|---|---|---|---|");
        for (int round = 1; round <= Rounds; round++)
        {
            double theirs = await ChildAsync("sherpa", folder);
            double ours = await ChildAsync("engine", folder);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {round} | {theirs:0} | {ours:0} | {theirs / ours:0.00} |"));
        }
    }

    /// <summary>Measures one of the two and writes microseconds of processor time for a window.</summary>
    public static void RunChild(string side, string folder)
    {
        var store = new ModelStore(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment());
        InstalledPack pack = store.Find("vad-silero") ?? throw new InvalidOperationException("pack vad-silero is not installed");
        float[] speech = Speech();
        double micros = side == "sherpa" ? Theirs(folder, pack.PathOf("silero_vad.onnx"), speech) : Ours(pack, speech);
        Console.WriteLine(micros.ToString("0.000", CultureInfo.InvariantCulture));
    }

    private static double Ours(InstalledPack pack, float[] speech)
    {
        using SileroModel model = SileroModel.Load(pack);
        using IVoiceActivityDetector detector = model.CreateDetector();
        return Measure(speech, window => detector.Detect(window));
    }

    private static unsafe double Theirs(string folder, string model, float[] speech)
    {
        nint library = NativeLibrary.Load(Path.GetFullPath(Path.Combine(folder, "libsherpa-onnx-c-api.so")));
        var create = (delegate* unmanaged<VadConfig*, float, nint>)NativeLibrary.GetExport(library, "SherpaOnnxCreateVoiceActivityDetector");
        var accept = (delegate* unmanaged<nint, float*, int, void>)NativeLibrary.GetExport(library, "SherpaOnnxVoiceActivityDetectorAcceptWaveform");
        var clear = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "SherpaOnnxVoiceActivityDetectorClear");
        var destroy = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "SherpaOnnxDestroyVoiceActivityDetector");
        nint path = Marshal.StringToCoTaskMemUTF8(model);
        nint provider = Marshal.StringToCoTaskMemUTF8("cpu");
        var config = new VadConfig
        {
            Silero = new VadModelConfig { Model = path, Threshold = 0.5f, MinSilence = 0.5f, MinSpeech = 0.25f, Window = WindowSamples, MaxSpeech = 20 },
            SampleRate = SampleRate,
            Threads = 1,
            Provider = provider,
        };
        nint detector = create(&config, 60);
        if (detector == 0)
        {
            throw new InvalidOperationException("sherpa-onnx cannot load the model");
        }

        double micros = Measure(speech, window =>
        {
            fixed (float* samples = window)
            {
                accept(detector, samples, window.Length);
                clear(detector);
            }
        });
        destroy(detector);
        Marshal.FreeCoTaskMem(path);
        Marshal.FreeCoTaskMem(provider);
        return micros;
    }

    // Processor time: on a busy machine wall time says how busy it is.
    private static double Measure(float[] speech, WindowAction hear)
    {
        int windows = 0;
        double began = 0;
        for (int pass = 0; pass < 2; pass++)
        {
            // The first pass pages in and compiles.
            began = ProcessorSeconds();
            windows = 0;
            while (windows * WindowSamples < AudioSeconds * SampleRate)
            {
                for (int at = 0; at + WindowSamples <= speech.Length; at += WindowSamples)
                {
                    hear(speech.AsSpan(at, WindowSamples));
                    windows++;
                }
            }
        }

        return (ProcessorSeconds() - began) / windows * 1e6;
    }

    private static double ProcessorSeconds()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static float[] Speech()
    {
        byte[] wave = File.ReadAllBytes(Path.Combine("samples", "audio", "austen.wav"));
        return [.. MemoryMarshal.Cast<byte, short>(wave.AsSpan(44)).ToArray().Select(s => s / 32768f)];
    }

    private static async Task<double> ChildAsync(string side, string folder)
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(SherpaVad).Assembly.Location, ChildCommand, side, folder]) { RedirectStandardOutput = true })!;
        string output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return child.ExitCode == 0 ? double.Parse(output, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"the process that measures {side} failed");
    }

    private delegate void WindowAction(ReadOnlySpan<float> window);

    [StructLayout(LayoutKind.Sequential)]
    private struct VadModelConfig
    {
        public nint Model;
        public float Threshold;
        public float MinSilence;
        public float MinSpeech;
        public int Window;
        public float MaxSpeech;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct VadConfig
    {
        public VadModelConfig Silero;
        public int SampleRate;
        public int Threads;
        public nint Provider;
        public int Debug;
        public VadModelConfig Ten;
    }
}
