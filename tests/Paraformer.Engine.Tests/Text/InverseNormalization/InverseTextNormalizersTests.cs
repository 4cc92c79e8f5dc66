using CsCheck;
using Paraformer.Engine.Text;

namespace Paraformer.Engine.Tests.Text.InverseNormalization;

public sealed class InverseTextNormalizersTests
{
    private static readonly Dictionary<string, (string[] Content, string[] Numbers)> s_vocabulary = new()
    {
        ["en"] = (Split("apple table river green walk quickly garden people morning letter"),
            Split("one two seven twelve twenty fifty hundred thousand million and point percent dollars first third january p m half past dot com at a o oh minus to")),
        ["zh"] = (Split("苹 果 桌 河 绿 跑 花园 朋友 信 windows"),
            Split("一 二 两 三 五 九 十 百 千 万 亿 零 点 分 半 个 年 月 号 百分之 块 公里 第 负 到 比 二十 下午")),
        ["yue"] = (Split("蘋 果 枱 河 綠 跑 花園 朋友 信 windows"),
            Split("一 二 兩 三 五 九 十 百 千 萬 億 零 點 分 半 個 年 月 號 百分之 蚊 公里 第 負 到 比 二十 下晝 卅 廿")),
        ["ja"] = (Split("りんご 机 川 緑 歩く 庭 友達 手紙 windows"),
            Split("一 二 三 五 九 十 百 千 万 億 零 点 分 半 個 年 月 日 時 パーセント 円 キロ 第 マイナス から 対 二十 午後 つ 回")),
        ["ko"] = (Split("나무 책상 강물 초록 걷다 정원 친구 편지 windows"),
            Split("일 이 삼 오 구 십 백 천 만 억 영 점 분 반 개 년 월 시 퍼센트 원 킬로미터 제 마이너스 에서 대 이십 오후 하나 둘 세 다섯 스무 번째")),
        ["de"] = (Split("apfel tisch fluss grün gehen garten leute brief windows"),
            Split("ein eins zwei sieben zwölf zwanzig fünfzig hundert tausend million millionen und komma prozent euro erste dritter januar uhr halb nach punkt com at minus bis zu einundzwanzig hundertfünf")),
        ["fr"] = (Split("pomme table rivière vert marcher jardin gens lettre windows"),
            Split("un une deux sept douze vingt cinquante cent mille million millions et virgule pour euros premier troisième janvier heures demi quatre quatre-vingt point com arobase moins à soixante dix")),
        ["ru"] = (Split("яблоко стол река зелёный идти сад люди письмо windows"),
            Split("один одна два семь двенадцать двадцать пятьдесят сто тысяча тысяч миллион миллионов и целых процентов рублей первое третий января часов половина минут точка ком собака минус до пятого десятых")),
    };

    [Fact]
    public void There_is_none_for_a_language_without_a_grammar() => Assert.Null(InverseTextNormalizers.For("xx"));

    [Fact]
    public void The_same_normaliser_is_given_again() => Assert.Same(InverseTextNormalizers.For("en"), InverseTextNormalizers.For("EN"));

    [Fact]
    public void No_words_give_no_tokens() => Assert.Empty(InverseTextNormalizers.For("en")!.Normalize([]));

    [Fact]
    public void A_written_piece_keeps_the_words_that_it_was_spoken_with()
    {
        IReadOnlyList<NormalizedToken> tokens = InverseTextNormalizers.For("en")!.Normalize("on january fifth twenty twelve we met".Split(' '));
        Assert.Equal(
            [new("on", 0, 1), new("january", 1, 1), new("5", 2, 1), new("2012", 3, 2), new("we", 5, 1), new("met", 6, 1)],
            tokens);
    }

    [Fact]
    public void A_piece_inside_a_dictionary_word_takes_the_whole_word_and_its_other_characters()
    {
        IReadOnlyList<NormalizedToken> tokens = InverseTextNormalizers.For("zh")!.Normalize(["我们", "下午三", "点二十开", "会"]);
        Assert.Equal([new("我们", 0, 1), new("下午3点20开", 1, 2), new("会", 3, 1)], tokens);
    }

    [Fact]
    public void English_words_inside_Chinese_stay_and_Chinese_inside_English()
    {
        Assert.Equal(
            ["我", "用", "windows", "写", "了", "25", "个", "test"],
            InverseTextNormalizers.For("zh")!.Normalize(["我", "用", "windows", "写", "了", "二", "十", "五", "个", "test"]).Select(t => t.Text));
        Assert.Equal(["say", "你好", "25", "times"], InverseTextNormalizers.For("en")!.Normalize(["say", "你好", "twenty", "five", "times"]).Select(t => t.Text));
    }

    [Fact]
    public void A_text_longer_than_the_window_is_rewritten_to_its_end()
    {
        string[] words = [.. Enumerable.Repeat(new[] { "we", "saw", "twenty", "five", "birds" }, 400).SelectMany(w => w)];
        IReadOnlyList<NormalizedToken> tokens = InverseTextNormalizers.For("en")!.Normalize(words);
        Assert.Equal(words.Length, tokens.Sum(token => token.WordCount));
        Assert.True(tokens.Count(token => token.Text == "25") > 390);
    }

    [Fact]
    public void Many_threads_get_the_same_text()
    {
        IInverseTextNormalizer normalizer = InverseTextNormalizers.For("zh")!;
        string[] words = TextCases.Words("zh", "下周三下午三点二十开会预算大概是一百二十万左右");
        NormalizedToken[] expected = [.. normalizer.Normalize(words)];
        Parallel.For(0, 200, _ => Assert.Equal(expected, normalizer.Normalize(words)));
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh")]
    [InlineData("yue")]
    [InlineData("ja")]
    [InlineData("ko")]
    [InlineData("de")]
    [InlineData("fr")]
    [InlineData("ru")]
    public void No_content_word_of_random_text_is_lost(string language)
    {
        IInverseTextNormalizer normalizer = InverseTextNormalizers.For(language)!;
        (string[] content, string[] numbers) = s_vocabulary[language];
        Gen.OneOf(Gen.Int[0, content.Length - 1].Select(i => content[i]), Gen.Int[0, numbers.Length - 1].Select(i => numbers[i]), Gen.Int[0, numbers.Length - 1].Select(i => numbers[i])).Array[1, 14].Sample(
            words =>
            {
                IReadOnlyList<NormalizedToken> tokens = normalizer.Normalize(words);
                int next = 0;
                foreach (NormalizedToken token in tokens)
                {
                    Assert.Equal(next, token.FirstWord);
                    foreach (string word in words.Skip(next).Take(token.WordCount).Where(content.Contains))
                    {
                        Assert.Contains(WithoutDots(word), WithoutDots(token.Text), StringComparison.Ordinal);
                    }

                    next += token.WordCount;
                }

                Assert.Equal(words.Length, next);
            },
            iter: 10_000);
    }

    private static string[] Split(string words) => words.Split(' ');

    // Russian addresses have no ё.
    private static string WithoutDots(string text) => text.Replace('ё', 'е');
}
