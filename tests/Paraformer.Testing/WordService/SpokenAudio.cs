using System.Runtime.InteropServices;

namespace Paraformer.Testing;

/// <summary>Audio for <see cref="WordDetector"/>, random from a seed, and what is heard in it.</summary>
/// <param name="Pcm">16-bit samples.</param>
/// <param name="SampleRate">Their rate in Hz.</param>
/// <param name="Sentences">The words of each sentence.</param>
public sealed record SpokenAudio(byte[] Pcm, int SampleRate, IReadOnlyList<IReadOnlyList<HeardWord>> Sentences)
{
    /// <summary>The text: words with spaces, a line for each sentence.</summary>
    public string Text => string.Join('\n', Sentences.Select(words => string.Join(' ', words.Select(word => word.Text))));

    /// <summary>Makes audio of some sentences, each of one to six words.</summary>
    public static SpokenAudio Create(int seed, int sentences, int sampleRate = 8000)
    {
        var random = new Random(seed);
        var samples = new List<short>();
        Silence(0, 500);
        for (int i = 0; i < sentences; i++)
        {
            for (int word = random.Next(1, 7); word > 0; word--)
            {
                int length = random.Next(60 * sampleRate / 1000, 400 * sampleRate / 1000);
                for (int at = 0; at < length; at++)
                {
                    samples.Add((short)((random.Next(1, 8000) * 2) - 7999));
                }

                Silence(30, 120);
            }

            Silence(350, 900);
        }

        byte[] pcm = MemoryMarshal.AsBytes<short>(CollectionsMarshal.AsSpan(samples)).ToArray();
        return new SpokenAudio(pcm, sampleRate, Hear(pcm, sampleRate));

        void Silence(int from, int to) => samples.AddRange(new short[random.Next(from * sampleRate / 1000, to * sampleRate / 1000)]);
    }

    private static List<IReadOnlyList<HeardWord>> Hear(byte[] pcm, int sampleRate)
    {
        var sentences = new List<IReadOnlyList<HeardWord>>();
        var detector = new WordDetector(sampleRate);
        detector.Hear(pcm, _ => { }, heard => sentences.Add([.. heard.Words]));
        detector.Finish(heard => sentences.Add([.. heard.Words]));
        return sentences;
    }
}
