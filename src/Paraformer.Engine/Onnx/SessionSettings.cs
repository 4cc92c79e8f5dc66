using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;

namespace Paraformer.Engine.Onnx;

/// <summary>How ONNX Runtime is set up for models that the workers share.</summary>
internal static class SessionSettings
{
    // An array holds 2 GiB, and so does a graph.
    private const long MaxBytes = 2_000_000_000;
    private const long LargeBytes = 16 << 20;

    /// <summary>
    /// Makes the options of a session that several workers run at the same time: one thread a run, since the workers are the
    /// threads; no arena, which grows with every new shape and never gives back; no spinning after a run.
    /// </summary>
    /// <param name="threads">Threads of a run. More than one only pays where one stream has the machine for itself.</param>
    public static SessionOptions Create(int threads = 1)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            EnableCpuMemArena = false,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,

            // Errors come as exceptions too; the runtime's own lines would stand between those of the program.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    /// <summary>Opens a graph of a pack, with what makes it faster and changes its results by rounding only (<see cref="DepthwiseConvolutions"/>).</summary>
    /// <exception cref="OnnxRuntimeException">It is not a graph that this machine can run.</exception>
    public static InferenceSession Open(string path, SessionOptions options)
    {
        InferenceSession? session = OpenLifted(path, options, out long bytes);
        if (bytes >= LargeBytes)
        {
            // A copy of a large graph would stay until a collection that may be hours away.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }

        return session ?? new InferenceSession(path, options);
    }

    // A method of its own, so that nothing holds the copy when it is done.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static InferenceSession? OpenLifted(string path, SessionOptions options, out long bytes)
    {
        byte[]? lifted = Lifted(path);
        bytes = lifted?.Length ?? 0;
        try
        {
            return lifted is null ? null : new InferenceSession(lifted, options);
        }
        catch (OnnxRuntimeException)
        {
            // The error that counts, if there is one, is that of the file as it is.
            return null;
        }
    }

    private static unsafe byte[]? Lifted(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            if (length is 0 or > MaxBytes)
            {
                return null;
            }

            using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            using MemoryMappedViewAccessor view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* bytes = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
            try
            {
                return DepthwiseConvolutions.Lift(new ReadOnlySpan<byte>(bytes, (int)length));
            }
            finally
            {
                view.SafeMemoryMappedViewHandle.ReleasePointer();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            // ONNX Runtime says what is wrong with the file; one that has no room twice is taken as it is.
            return null;
        }
    }
}
