using System.Runtime.InteropServices;

namespace Paraformer.Audio.Worker;

/// <summary>
/// FFmpeg's libavcodec, loaded when it is there. Only functions and struct fields that are the same in FFmpeg 4 to 8 are
/// used: the first fields of AVPacket, AVFrame and AVCodecParameters; all else goes through options.
/// </summary>
internal sealed unsafe class LibAvcodec
{
    private const int OldestVersion = 58;
    private const int NewestVersion = 62;
    private const int Quiet = -8;

    public readonly delegate* unmanaged<byte*, nint> FindDecoderByName;
    public readonly delegate* unmanaged<nint, nint> AllocContext;
    public readonly delegate* unmanaged<nint*, void> FreeContext;
    public readonly delegate* unmanaged<nint> AllocParameters;
    public readonly delegate* unmanaged<nint*, void> FreeParameters;
    public readonly delegate* unmanaged<nint, nint, int> ParametersFromContext;
    public readonly delegate* unmanaged<nint, nint, int> ParametersToContext;
    public readonly delegate* unmanaged<nint, nint, nint, int> Open;
    public readonly delegate* unmanaged<nint> AllocPacket;
    public readonly delegate* unmanaged<nint*, void> FreePacket;
    public readonly delegate* unmanaged<nint, int, int> NewPacket;
    public readonly delegate* unmanaged<nint, void> UnrefPacket;
    public readonly delegate* unmanaged<nint, nint, int> SendPacket;
    public readonly delegate* unmanaged<nint, nint, int> ReceiveFrame;
    public readonly delegate* unmanaged<nint, void> FlushBuffers;
    public readonly delegate* unmanaged<nint> AllocFrame;
    public readonly delegate* unmanaged<nint*, void> FreeFrame;
    public readonly delegate* unmanaged<nuint, nint> AllocZeroed;
    public readonly delegate* unmanaged<nint, byte*, long, int, int> SetOption;
    public readonly delegate* unmanaged<nint, byte*, int, long*, int> GetOption;
    public readonly delegate* unmanaged<nint, byte*, int, ChannelLayout*, int> GetChannelLayoutOption;
    public readonly delegate* unmanaged<ChannelLayout*, void> FreeChannelLayout;

    private LibAvcodec(nint codec, nint util)
    {
        FindDecoderByName = (delegate* unmanaged<byte*, nint>)NativeLibrary.GetExport(codec, "avcodec_find_decoder_by_name");
        AllocContext = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(codec, "avcodec_alloc_context3");
        FreeContext = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(codec, "avcodec_free_context");
        AllocParameters = (delegate* unmanaged<nint>)NativeLibrary.GetExport(codec, "avcodec_parameters_alloc");
        FreeParameters = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(codec, "avcodec_parameters_free");
        ParametersFromContext = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(codec, "avcodec_parameters_from_context");
        ParametersToContext = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(codec, "avcodec_parameters_to_context");
        Open = (delegate* unmanaged<nint, nint, nint, int>)NativeLibrary.GetExport(codec, "avcodec_open2");
        AllocPacket = (delegate* unmanaged<nint>)NativeLibrary.GetExport(codec, "av_packet_alloc");
        FreePacket = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(codec, "av_packet_free");
        NewPacket = (delegate* unmanaged<nint, int, int>)NativeLibrary.GetExport(codec, "av_new_packet");
        UnrefPacket = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(codec, "av_packet_unref");
        SendPacket = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(codec, "avcodec_send_packet");
        ReceiveFrame = (delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(codec, "avcodec_receive_frame");
        FlushBuffers = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(codec, "avcodec_flush_buffers");
        AllocFrame = (delegate* unmanaged<nint>)NativeLibrary.GetExport(util, "av_frame_alloc");
        FreeFrame = (delegate* unmanaged<nint*, void>)NativeLibrary.GetExport(util, "av_frame_free");
        AllocZeroed = (delegate* unmanaged<nuint, nint>)NativeLibrary.GetExport(util, "av_mallocz");
        SetOption = (delegate* unmanaged<nint, byte*, long, int, int>)NativeLibrary.GetExport(util, "av_opt_set_int");
        GetOption = (delegate* unmanaged<nint, byte*, int, long*, int>)NativeLibrary.GetExport(util, "av_opt_get_int");

        // Since FFmpeg 5.1; before, the channel count was an integer option.
        if (NativeLibrary.TryGetExport(util, "av_opt_get_chlayout", out nint getLayout))
        {
            GetChannelLayoutOption = (delegate* unmanaged<nint, byte*, int, ChannelLayout*, int>)getLayout;
            FreeChannelLayout = (delegate* unmanaged<ChannelLayout*, void>)NativeLibrary.GetExport(util, "av_channel_layout_uninit");
        }

        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(util, "av_log_set_level"))(Quiet);
    }

    /// <summary>The library; null where it is not installed.</summary>
    public static LibAvcodec? TryLoad()
    {
        for (int version = NewestVersion; version >= OldestVersion; version--)
        {
            if (NativeLibrary.TryLoad(FileName("avcodec", version), out nint codec) && NativeLibrary.TryLoad(FileName("avutil", version - 2), out nint util))
            {
                return new LibAvcodec(codec, util);
            }
        }

        return null;
    }

    private static string FileName(string name, int version) =>
        OperatingSystem.IsWindows() ? $"{name}-{version}.dll"
        : OperatingSystem.IsMacOS() ? $"lib{name}.{version}.dylib"
        : $"lib{name}.so.{version}";

    /// <summary>AVChannelLayout.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ChannelLayout
    {
        public int Order;
        public int Channels;
        public ulong Mask;
        public nint Opaque;
    }
}
