using Paraformer.Engine.Vosk;

namespace Paraformer.Engine.Tests.Vosk;

public sealed class VoskResultTests
{
    [Fact]
    public void Words_of_a_result_are_read_with_their_times()
    {
        var words = new List<WordHypothesis>();
        VoskResult.ReadWords("""{"result":[{"conf":0.5,"end":1.5,"start":0.21,"word":"hé\"llo"},{"conf":1.0,"end":2.0,"start":1.5,"word":"you"}],"text":"x"}"""u8, 0, words);
        Assert.Equal([new("hé\"llo", 3360, 24000, 0.5f), new("you", 24000, 32000, 1f)], words);
    }

    [Fact]
    public void Times_count_from_the_given_origin()
    {
        var words = new List<WordHypothesis>();
        VoskResult.ReadWords("""{"result":[{"conf":1.0,"end":1.5,"start":1.0,"word":"you"}]}"""u8, 8000, words);
        Assert.Equal([new("you", 8000, 16000, 1f)], words);
    }

    [Fact]
    public void Empty_results_have_no_words()
    {
        var words = new List<WordHypothesis>();
        VoskResult.ReadWords("""{"text": ""}"""u8, 0, words);
        Assert.Empty(words);
        var text = new List<string>();
        VoskResult.ReadPartialText("""{"partial" : ""}"""u8, text);
        Assert.Empty(text);
        VoskResult.ReadPartialText("""{"partial" : "good  morning"}"""u8, text);
        Assert.Equal(["good", "morning"], text);
    }
}
