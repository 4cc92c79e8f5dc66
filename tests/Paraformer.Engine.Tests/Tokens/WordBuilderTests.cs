using System.Text;
using CsCheck;
using Paraformer.Engine.Tokens;

namespace Paraformer.Engine.Tests.Tokens;

public sealed class WordBuilderTests
{
    [Fact]
    public void Pieces_become_words_and_characters_stand_alone() =>
        Assert.Equal(["hello", "you", "我", "们"], Words(["▁HE", "LLO", "▁YOU", "我", "们"], keepMarks: true).Select(w => w.ToLowerInvariant()));

    [Fact]
    public void Capital_letters_are_made_small_where_the_vocabulary_has_no_others()
    {
        Assert.Equal(["hello"], Words(["▁HE", "LLO"], keepMarks: true));
        Assert.Equal(["Hello"], Words(["▁He", "llo"], keepMarks: true));
    }

    [Fact]
    public void Korean_keeps_its_spaces() => Assert.Equal(["안녕", "하세요"], Words(["▁", "안", "녕", "▁하", "세요"], keepMarks: true));

    [Theory]
    [InlineData(true, "Well,", "yes.", "好。")]
    [InlineData(false, "Well", "yes", "好")]
    public void Marks_stay_with_the_word_before_or_are_left_out(bool keep, params string[] words) =>
        Assert.Equal(words, Words(["▁Well", ",", "▁yes", ".", "好", "。"], keep));

    [Fact]
    public void Bytes_become_characters_and_an_unfinished_one_is_left_out()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("气");
        string[] tokens = [.. bytes.Select(b => $"<0x{b:X2}>")];
        Assert.Equal(["今", "气", "b"], Words(["今", .. tokens, "▁b"], keepMarks: true));
        Assert.Equal(["今", "b"], Words(["今", .. tokens[..2], "▁b"], keepMarks: true));
    }

    [Fact]
    public void Any_row_of_any_bytes_gives_words_in_order() =>
        Gen.Int[0, 255].Array[0, 40].Sample(values =>
        {
            TokenTable table = TokenTable.ParseLines(string.Concat(Enumerable.Range(0, 256).Select(i => $"<0x{i:X2}> {i}\n")));
            List<WordHypothesis> words = [];
            new WordBuilder(table, keepMarks: true).Build([.. values.Select((v, i) => new TokenSpan(v, i * 10, (i * 10) + 15, -0.1f))], words);
            Assert.All(words.Zip(words.Skip(1)), pair => Assert.True(pair.First.EndSample <= pair.Second.BeginSample));
        });

    [Fact]
    public void Every_byte_has_a_character_of_its_own()
    {
        char[] characters = [.. Enumerable.Range(0, 256).Select(i => ByteLevel.CharacterOf((byte)i))];
        Assert.Equal(256, characters.Distinct().Count());
        Assert.All(Enumerable.Range(0, 256), i => Assert.True(ByteLevel.TryMap(characters[i], out byte back) && back == i));
    }

    [Fact]
    public void A_vocabulary_of_bytes_is_read_as_bytes()
    {
        string[] symbols = ["<blk>", .. Enumerable.Range(0, 256).Select(i => ByteLevel.CharacterOf((byte)i).ToString())];
        TokenTable table = TokenTable.ParseLines(string.Concat(symbols.Select((s, i) => $"{s} {i}\n")));
        Assert.True(table.IsByteLevel);
        List<WordHypothesis> words = [];
        new WordBuilder(table, keepMarks: true).Build([.. Encoding.UTF8.GetBytes("好 ok").Select((b, i) => new TokenSpan(b + 1, i, i + 1, 0))], words);
        Assert.Equal(["好", "ok"], words.Select(w => w.Text));
    }

    private static List<string> Words(string[] tokens, bool keepMarks)
    {
        string[] symbols = [.. tokens.Distinct()];
        TokenTable table = TokenTable.ParseLines(string.Concat(symbols.Select((s, i) => $"{s} {i}\n")));
        List<WordHypothesis> words = [];
        new WordBuilder(table, keepMarks).Build([.. tokens.Select((t, i) => new TokenSpan(Array.IndexOf(symbols, t), i, i + 1, 0))], words);
        return [.. words.Select(w => w.Text)];
    }
}
