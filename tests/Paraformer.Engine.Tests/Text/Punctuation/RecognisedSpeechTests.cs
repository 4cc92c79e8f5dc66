using Paraformer.Engine.Text;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Text.Punctuation;

/// <summary>What a real recogniser says, with its errors.</summary>
public sealed class RecognisedSpeechTests(EngineFixture fixture)
{
    [Fact]
    public async Task Sentences_of_read_speech_are_found_without_its_pauses()
    {
        Packs.RequireEnglish();
        List<RecognizedSentence> finals = await Recognize.FinalsAsync(fixture.Engine, File.ReadAllBytes(Samples.Austen), cancellationToken: TestContext.Current.CancellationToken);
        string[] words = [.. finals.SelectMany(sentence => sentence.Words).Select(word => word.Text.ToLowerInvariant())];
        var result = new PunctuatedWord[words.Length];

        Punctuator.Default.Punctuate(words, "en", result, isFinal: true);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', result.Select(word => word.Text + word.Punctuation)));
        int end = 0, found = 0;
        foreach (RecognizedSentence sentence in finals)
        {
            end += sentence.Words.Count;
            found += result[end - 1].Punctuation.Length > 0 ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{found} of {finals.Count} ends have a mark; {result.Count(word => word.Punctuation.Length > 0)} marks in all");
        Assert.InRange(found, 3, 5);
        Assert.Equal(words.Length, result.Length);
    }
}
