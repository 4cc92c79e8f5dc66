using System.Buffers.Binary;

namespace Paraformer.Cli.Tests.Fakes;

/// <summary>A folder of a test's own with audio made for it, removed afterwards.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("paraformer-cli-");

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public string Write(string name, byte[] content)
    {
        string path = Path(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string Wav(string name = "speech.wav", int sampleRate = 16000, int channels = 1, int bits = 16, int milliseconds = 1000, int announcedMilliseconds = 0)
    {
        return Write(name, MakeWav(sampleRate, channels, bits, Bytes(milliseconds), Bytes(Math.Max(milliseconds, announcedMilliseconds))));

        int Bytes(int duration) => (int)((long)sampleRate * duration / 1000) * channels * bits / 8;
    }

    public static byte[] MakeWav(int sampleRate, int channels, int bits, int dataBytes, int? announcedBytes = null)
    {
        byte[] wav = new byte[44 + dataBytes];
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), 36 + (announcedBytes ?? dataBytes));
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), (short)channels);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), sampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), sampleRate * channels * bits / 8);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(32), (short)(channels * bits / 8));
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), (short)bits);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), announcedBytes ?? dataBytes);
        return wav;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
