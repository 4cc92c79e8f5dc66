using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Paraformer.Audio.Pcm;

/// <summary>Reads one stored sample. Structs, so that the mixing loop is compiled once for each encoding with the read inlined.</summary>
internal interface ISampleReader
{
    static abstract int ByteCount { get; }

    /// <summary>The sample at the start of <paramref name="bytes"/>, scaled so that full scale is 1.</summary>
    static abstract float Read(ReadOnlySpan<byte> bytes);
}

internal static class SampleScale
{
    /// <summary>Float samples beyond this are held to it: far over full scale, yet a sum of 64 channels stays finite.</summary>
    public const float MaxMagnitude = 4f;

    private const float Int32Scale = 1f / 2147483648f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FromInt16(short value) => value * (1f / 32768f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FromInt32(int value) => value * Int32Scale;

    /// <summary>NaN and the infinities become silence.</summary>
    public static float FromFloat(double value) =>
        double.IsFinite(value) ? (float)Math.Clamp(value, -MaxMagnitude, MaxMagnitude) : 0f;
}

internal readonly struct U8 : ISampleReader
{
    public static int ByteCount => 1;

    public static float Read(ReadOnlySpan<byte> bytes) => (bytes[0] - 128) * (1f / 128f);
}

internal readonly struct ALaw : ISampleReader
{
    public static int ByteCount => 1;

    public static float Read(ReadOnlySpan<byte> bytes) => G711.ALaw[bytes[0]];
}

internal readonly struct MuLaw : ISampleReader
{
    public static int ByteCount => 1;

    public static float Read(ReadOnlySpan<byte> bytes) => G711.MuLaw[bytes[0]];
}

internal readonly struct S16Le : ISampleReader
{
    public static int ByteCount => 2;

    public static float Read(ReadOnlySpan<byte> bytes) => SampleScale.FromInt16(BinaryPrimitives.ReadInt16LittleEndian(bytes));
}

internal readonly struct S16Be : ISampleReader
{
    public static int ByteCount => 2;

    public static float Read(ReadOnlySpan<byte> bytes) => SampleScale.FromInt16(BinaryPrimitives.ReadInt16BigEndian(bytes));
}

internal readonly struct S24Le : ISampleReader
{
    public static int ByteCount => 3;

    public static float Read(ReadOnlySpan<byte> bytes) => SampleScale.FromInt32((bytes[0] << 8) | (bytes[1] << 16) | (bytes[2] << 24));
}

internal readonly struct S24Be : ISampleReader
{
    public static int ByteCount => 3;

    public static float Read(ReadOnlySpan<byte> bytes) => SampleScale.FromInt32((bytes[2] << 8) | (bytes[1] << 16) | (bytes[0] << 24));
}

internal readonly struct S32Le : ISampleReader
{
    public static int ByteCount => 4;

    public static float Read(ReadOnlySpan<byte> bytes) => SampleScale.FromInt32(BinaryPrimitives.ReadInt32LittleEndian(bytes));
}

internal readonly struct S32Be : ISampleReader
{
    public static int ByteCount => 4;

    public static float Read(ReadOnlySpan<byte> bytes) => SampleScale.FromInt32(BinaryPrimitives.ReadInt32BigEndian(bytes));
}

internal readonly struct F32Le : ISampleReader
{
    public static int ByteCount => 4;

    public static float Read(ReadOnlySpan<byte> bytes) => SampleScale.FromFloat(BinaryPrimitives.ReadSingleLittleEndian(bytes));
}

internal readonly struct F32Be : ISampleReader
{
    public static int ByteCount => 4;

    public static float Read(ReadOnlySpan<byte> bytes) => SampleScale.FromFloat(BinaryPrimitives.ReadSingleBigEndian(bytes));
}

internal readonly struct F64Le : ISampleReader
{
    public static int ByteCount => 8;

    public static float Read(ReadOnlySpan<byte> bytes) => SampleScale.FromFloat(BinaryPrimitives.ReadDoubleLittleEndian(bytes));
}

internal readonly struct F64Be : ISampleReader
{
    public static int ByteCount => 8;

    public static float Read(ReadOnlySpan<byte> bytes) => SampleScale.FromFloat(BinaryPrimitives.ReadDoubleBigEndian(bytes));
}
