using System.Runtime.InteropServices;

namespace Paraformer.Engine.Vosk;

/// <summary>
/// The C interface of libvosk 0.3.32 and later, loaded from a given path. The library is loaded once per process and
/// never unloaded: Kaldi keeps process-wide state.
/// </summary>
internal sealed unsafe class VoskLibrary
{
    // libvosk prints what is above this level to stderr; -3 is below its "error" and leaves nothing but a fatal assertion.
    private const int SilentLogLevel = -3;

    private static readonly Lock s_gate = new();
    private static readonly Dictionary<string, VoskLibrary> s_loaded = [];

    public readonly delegate* unmanaged[Cdecl]<byte*, nint> ModelNew;
    public readonly delegate* unmanaged[Cdecl]<nint, void> ModelFree;
    public readonly delegate* unmanaged[Cdecl]<nint, float, nint> RecognizerNew;
    public readonly delegate* unmanaged[Cdecl]<nint, void> RecognizerFree;
    public readonly delegate* unmanaged[Cdecl]<nint, int, void> SetWords;
    public readonly delegate* unmanaged[Cdecl]<nint, int, void> SetPartialWords;
    public readonly delegate* unmanaged[Cdecl]<nint, float*, int, int> AcceptWaveform;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*> PartialResult;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*> Result;
    public readonly delegate* unmanaged[Cdecl]<nint, byte*> FinalResult;

    private VoskLibrary(nint handle)
    {
        ModelNew = (delegate* unmanaged[Cdecl]<byte*, nint>)NativeLibrary.GetExport(handle, "vosk_model_new");
        ModelFree = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(handle, "vosk_model_free");
        RecognizerNew = (delegate* unmanaged[Cdecl]<nint, float, nint>)NativeLibrary.GetExport(handle, "vosk_recognizer_new");
        RecognizerFree = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(handle, "vosk_recognizer_free");
        SetWords = (delegate* unmanaged[Cdecl]<nint, int, void>)NativeLibrary.GetExport(handle, "vosk_recognizer_set_words");
        SetPartialWords = (delegate* unmanaged[Cdecl]<nint, int, void>)NativeLibrary.GetExport(handle, "vosk_recognizer_set_partial_words");
        AcceptWaveform = (delegate* unmanaged[Cdecl]<nint, float*, int, int>)NativeLibrary.GetExport(handle, "vosk_recognizer_accept_waveform_f");
        PartialResult = (delegate* unmanaged[Cdecl]<nint, byte*>)NativeLibrary.GetExport(handle, "vosk_recognizer_partial_result");
        Result = (delegate* unmanaged[Cdecl]<nint, byte*>)NativeLibrary.GetExport(handle, "vosk_recognizer_result");
        FinalResult = (delegate* unmanaged[Cdecl]<nint, byte*>)NativeLibrary.GetExport(handle, "vosk_recognizer_final_result");
        var setLogLevel = (delegate* unmanaged[Cdecl]<int, void>)NativeLibrary.GetExport(handle, "vosk_set_log_level");
        setLogLevel(SilentLogLevel);
    }

    /// <summary>Loads the library, or returns the one already loaded from that path.</summary>
    /// <exception cref="DllNotFoundException">The file or one of its own dependencies cannot be loaded.</exception>
    /// <exception cref="BadImageFormatException">The file is built for another platform.</exception>
    /// <exception cref="EntryPointNotFoundException">The library is too old.</exception>
    public static VoskLibrary Load(string path)
    {
        lock (s_gate)
        {
            if (!s_loaded.TryGetValue(path, out VoskLibrary? library))
            {
                library = new VoskLibrary(NativeLibrary.Load(path, typeof(VoskLibrary).Assembly, DllImportSearchPath.UseDllDirectoryForDependencies));
                s_loaded.Add(path, library);
            }

            return library;
        }
    }
}
