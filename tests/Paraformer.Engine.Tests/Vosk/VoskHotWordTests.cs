using Microsoft.Extensions.Logging;
using Paraformer.Engine.Vosk;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Vosk;

/// <summary>Hot words on read English (LibriVox), through the whole engine.</summary>
public sealed class VoskHotWordTests(EngineFixture fixture)
{
    [Theory]
    [InlineData("austen-0890.wav", "Disposed", "disposed")]
    [InlineData("austen-0890.wav", "ill-disposed", "ill disposed")]
    public async Task A_hot_word_is_found_and_has_its_time(string file, string word, string spoken)
    {
        Packs.RequireEnglish();
        List<RecognizedSentence> plain = await RecognizeAsync(fixture.Engine, file);
        Assert.DoesNotContain(spoken, FinalText(plain), StringComparison.Ordinal);
        List<RecognizedSentence> biased = await RecognizeAsync(fixture.Engine, file, new HotWord(word, 4));
        Assert.Contains(spoken, FinalText(biased), StringComparison.Ordinal);
        RecognizedSentence final = biased.Single(s => s.IsFinal);
        RecognizedWord found = final.Words.Single(w => Plain(w.Text) == spoken.Split(' ')[^1]);
        Assert.InRange(found.EndMs - found.BeginMs, 150, 1200);
        Assert.All(final.Words.Zip(final.Words.Skip(1)), pair => Assert.True(pair.First.EndMs <= pair.Second.BeginMs));
    }

    [Fact]
    public async Task A_hot_word_stands_in_a_partial_before_the_sentence_ends()
    {
        Packs.RequireEnglish();
        List<RecognizedSentence> biased = await RecognizeAsync(fixture.Engine, "austen-0920.wav", new HotWord("made", 4));
        Assert.Contains(biased, s => !s.IsFinal && Text([s]).Contains("been made", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_negative_weight_drives_a_word_out()
    {
        Packs.RequireEnglish();
        Assert.Contains("prudently", Text(await RecognizeAsync(fixture.Engine, "austen-0870.wav")), StringComparison.Ordinal);
        Assert.DoesNotContain("prudently", Text(await RecognizeAsync(fixture.Engine, "austen-0870.wav", new HotWord("prudently", -6))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_that_the_model_does_not_know_and_words_of_other_languages_change_nothing()
    {
        Packs.RequireEnglish();
        using var log = new MessageLog();
        await using RecognitionEngine engine = RecognitionEngine.Create(Packs.Store, loggers: log);
        List<RecognizedSentence> plain = await RecognizeAsync(engine, "austen-0880.wav");
        HotWord[] words = [new("xyzzyq", 5), new("[unk]", 5), new("<s>", 5), new("青柠", 5), new("disposed", 5, "de"), new("", 5), new("iPhone 15", 5)];
        Assert.Equal(FinalText(plain), FinalText(await RecognizeAsync(engine, "austen-0880.wav", words)));
        Assert.Contains(log.Messages, m => m.Contains("hot words have no effect", StringComparison.Ordinal) && m.Contains("vosk-en", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Messages, m => m.Contains("xyzzyq", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_that_finds_no_room_for_its_list_is_recognised_without_it_and_says_so()
    {
        Packs.RequireEnglish();
        using var log = new MessageLog();
        await using RecognitionEngine engine = RecognitionEngine.Create(Packs.Store, new EngineOptions { MaxHotWordModels = 0 }, log);
        Assert.Equal(FinalText(await RecognizeAsync(engine, "austen-0880.wav")), FinalText(await RecognizeAsync(engine, "austen-0880.wav", new HotWord("ill disposed", 4))));
        Assert.Contains(log.Messages, m => m.Contains("MaxHotWordModels", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_loaded_for_a_stream_that_is_refused()
    {
        Packs.RequireEnglish();
        using var log = new MessageLog();
        await using RecognitionEngine engine = RecognitionEngine.Create(Packs.Store, new EngineOptions { MaxStreams = 1 }, log);
        var request = new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = 16000, Languages = ["en"] };
        await using IRecognitionStream first = await engine.StartAsync(request, TestContext.Current.CancellationToken);
        RecognitionException refused = await Assert.ThrowsAsync<RecognitionException>(
            async () => await engine.StartAsync(request with { HotWords = [new HotWord("ill disposed", 4)] }, TestContext.Current.CancellationToken));
        Assert.Equal(RecognitionError.Overloaded, refused.Error);
        Assert.DoesNotContain(log.Messages, m => m.Contains("for a list of hot words", StringComparison.Ordinal));
    }

    [Fact]
    public void Lists_of_the_same_effect_have_the_same_key()
    {
        Dictionary<string, int> vocabulary = new() { ["new"] = 1, ["york"] = 2, ["o'neil"] = 3 };
        string Key(params HotWord[] words) => new VoskHotWords(words, vocabulary).Key;
        Assert.Equal(Key(new("New York", 4), new("o'neil", 2)), Key(new("O’Neil", 2), new("unknown", 1), new("new-york", 4, "en")));
        Assert.NotEqual(Key(new HotWord("York", 4)), Key(new HotWord("York", 3)));
        Assert.Equal("", Key(new("york", 4, "zh"), new("york", 0), new("纽约", 4)));
        Assert.Equal(["york town"], new VoskHotWords([new("york town", 3), new("york", 3)], vocabulary).Unknown);
    }

    [Fact]
    public void Only_what_the_words_touch_changes_and_likely_words_stay_as_they_are()
    {
        InstalledPack pack = Packs.Require("vosk-en");
        NgramGraph graph = NgramGraph.Read("Gr.fst", File.ReadAllBytes(pack.PathOf("graph/Gr.fst")));
        HotWord[] words = [new("zirconium", 4), new("the", 4), new("selfish", -2), new("copernicus harpsichord", 4)];
        NgramGraph changed = NgramGraph.Read("changed", new VoskHotWords(words, graph.Vocabulary).Apply(graph));
        float Change(int context, string word) => graph.Costs[graph.Arc(context, graph.Vocabulary[word])] - changed.Costs[changed.Arc(context, graph.Vocabulary[word])];
        Assert.Equal(4 * VoskHotWords.Strength, Change(0, "zirconium"), 1e-4f);
        Assert.Equal(-2 * VoskHotWords.Strength, Change(0, "selfish"), 1e-4f);
        Assert.InRange(Change(0, "the"), 0, 1.3f);
        Assert.Equal(0.8f * 4 * VoskHotWords.Strength, Change(0, "copernicus"), 1e-4f);
        Assert.Equal(0, Change(0, "of"));

        // "copernicus" has contexts of its own or not: its second word is favoured behind it, or a part as much everywhere.
        int context = graph.Context(graph.Vocabulary["copernicus"]);
        Assert.Equal(context < 0 ? 0.8f * 4 * VoskHotWords.Strength : 0, Change(0, "harpsichord"), 1e-4f);
        Assert.True(context < 0 || changed.Arc(context, graph.Vocabulary["harpsichord"]) >= 0);
    }

    private static Task<List<RecognizedSentence>> RecognizeAsync(RecognitionEngine engine, string file, params HotWord[] words) =>
        Recognize.AllAsync(
            engine,
            File.ReadAllBytes(Samples.PathOf(file)),
            new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = 16000, Languages = ["en"], HotWords = words },
            cancellationToken: TestContext.Current.CancellationToken);

    // A slow reader gets fewer partials.
    private static string FinalText(IEnumerable<RecognizedSentence> sentences) => Text(sentences.Where(s => s.IsFinal));

    private static string Text(IEnumerable<RecognizedSentence> sentences) => string.Join(' ', sentences.SelectMany(s => s.Words).Select(w => Plain(w.Text)));

    private static string Plain(string word) => word.ToLowerInvariant().Trim('.', ',', '?', '!');

    private sealed class MessageLog : ILoggerFactory, ILogger
    {
        private readonly List<string> _messages = [];

        public IReadOnlyList<string> Messages
        {
            get
            {
                lock (_messages)
                {
                    return [.. _messages];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_messages)
            {
                _messages.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
