using System.Buffers.Binary;
using Paraformer.Engine;
using Paraformer.Models;

namespace Paraformer.Bench;

/// <summary>The words of each file, a line each: its name without extension, then the finals. For scoring against transcripts.</summary>
internal static class RecognizedText
{
    // Where a plain WAV header holds the sampling rate.
    private const int RateOffset = 24;

    public static async Task RunAsync(string[] files)
    {
        await using RecognitionEngine engine = RecognitionEngine.Create(new ModelStore(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment()));
        foreach (string file in files)
        {
            byte[] audio = await File.ReadAllBytesAsync(file);
            int rate = BinaryPrimitives.ReadInt32LittleEndian(audio.AsSpan(RateOffset));
            await using IRecognitionStream stream = await engine.StartAsync(new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = rate });
            Task writing = Task.Run(async () =>
            {
                await stream.WriteAsync(audio);
                stream.Complete();
            });
            var finals = new List<string>();
            await foreach (RecognizedSentence sentence in stream.ReadAllAsync())
            {
                if (sentence.IsFinal)
                {
                    finals.Add(sentence.Text);
                }
            }

            await writing;
            Console.WriteLine($"{Path.GetFileNameWithoutExtension(file)} {string.Join(' ', finals)}");
        }
    }
}
