using Paraformer.Fuzz;

namespace Paraformer.Audio.Tests.Compressed;

/// <summary>The inputs of the fuzzer under eng/fuzz, and some changes of each: all but the documented exception is a failure.</summary>
public class FuzzCorpusTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "corpus");

    public static TheoryData<string> Inputs => [.. Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Select(static file => Path.GetRelativePath(Folder, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Inputs))]
    public void An_input_and_its_damaged_copies_are_read_or_refused(string input)
    {
        string target = input.Split(Path.DirectorySeparatorChar)[0];
        byte[] bytes = File.ReadAllBytes(Path.Combine(Folder, input));
        Targets.Run(target, bytes);
        for (int at = 0; at < bytes.Length; at += 7)
        {
            Targets.Run(target, bytes[..at]);
            byte[] damaged = [.. bytes];
            damaged[at] ^= 0xFF;
            Targets.Run(target, damaged);
        }
    }
}
