using Paraformer.Engine;

namespace Paraformer.Testing;

/// <summary>Runs one stream through an engine.</summary>
public static class Recognize
{
    public static async Task<List<RecognizedSentence>> AllAsync(
        IRecognitionEngine engine, ReadOnlyMemory<byte> audio, StreamRequest? request = null, int chunk = 3200, CancellationToken cancellationToken = default)
    {
        request ??= new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = 16000, Languages = ["en"] };
        await using IRecognitionStream stream = await engine.StartAsync(request, cancellationToken);
        Task writing = Task.Run(
            async () =>
            {
                for (int i = 0; i < audio.Length; i += chunk)
                {
                    await stream.WriteAsync(audio.Slice(i, Math.Min(chunk, audio.Length - i)), cancellationToken);
                }

                stream.Complete();
            },
            cancellationToken);
        var sentences = new List<RecognizedSentence>();
        await foreach (RecognizedSentence sentence in stream.ReadAllAsync(cancellationToken))
        {
            sentences.Add(sentence);
        }

        await writing;
        return sentences;
    }

    public static async Task<List<RecognizedSentence>> FinalsAsync(
        IRecognitionEngine engine, ReadOnlyMemory<byte> audio, StreamRequest? request = null, int chunk = 3200, CancellationToken cancellationToken = default) =>
        [.. (await AllAsync(engine, audio, request, chunk, cancellationToken)).Where(s => s.IsFinal)];

    public static string Text(IEnumerable<RecognizedSentence> finals) => string.Join(' ', finals.Select(s => s.Text));
}
