using System.Buffers.Binary;
using Paraformer.Engine.Pipeline;

namespace Paraformer.Engine.Vosk;

/// <summary>
/// What every recogniser hears before its stream: a quiet room, then 0.7 s of a sentence's beginning (LibriVox, public
/// domain: samples/audio). Vosk composes the decoding graph as it is explored, and each recogniser its own.
/// </summary>
internal static class WarmUp
{
    private const string ResourceName = "Paraformer.Engine.Vosk.warm-up.pcm";
    private const int RoomSamples = VoskRecognizer.SampleRate / 4;
    private const float Int16Scale = 32768f;

    /// <summary>The samples, 16 kHz in [-1, 1].</summary>
    public static ReadOnlyMemory<float> Samples { get; } = Load();

    private static float[] Load()
    {
        using Stream stream = typeof(WarmUp).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The resource {ResourceName} is missing from the assembly: embed it in the project file.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var samples = new List<float>(RoomSamples + (bytes.Length / 2));
        new RoomTone().Play(RoomSamples, samples.AddRange);
        for (int i = 0; i < bytes.Length; i += 2)
        {
            samples.Add(BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(i)) / Int16Scale);
        }

        return [.. samples];
    }
}
