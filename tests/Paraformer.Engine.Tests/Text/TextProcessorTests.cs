using System.Globalization;
using CsCheck;
using Paraformer.Engine.Tests.Text.Punctuation;

namespace Paraformer.Engine.Tests.Text;

/// <summary>What is true of every line of words, whatever the networks say of it.</summary>
public sealed class TextProcessorTests
{
    private static readonly TextOptions s_marksOnly = new() { InverseTextNormalization = false };

    private static readonly Dictionary<string, string[]> s_words = new()
    {
        ["en"] = Words("en"),
        ["zh"] = Words("zh"),
        ["yue"] = ["我", "哋", "聽", "日", "去", "邊", "度", "呀", "唔", "知", "佢", "講", "咩", "嘢", "食", "飯", "未", "OK"],
        ["ja"] = ["今", "日", "は", "天", "気", "が", "い", "い", "で", "す", "ね", "か", "明", "行", "き", "ま", "テ", "ス", "ト"],
        ["ko"] = ["저는", "내일", "학교에", "갑니다", "당신은", "어디에", "있습니까", "그리고", "그래서", "좋아요", "왜"],
        ["de"] = ["ich", "weiß", "nicht", "ob", "er", "morgen", "kommt", "und", "die", "straße", "ist", "schön", "warum", "bundestag"],
        ["fr"] = ["je", "crois", "qu'il", "viendra", "demain", "mais", "l'homme", "n'a", "rien", "dit", "où", "est-il", "allé", "paris"],
        ["ru"] = ["я", "не", "знаю", "что", "он", "сказал", "где", "ты", "был", "вчера", "потому", "москва", "ещё", "из-за"],
    };

    private static readonly Gen<(string Language, string Line)> s_lines =
        from language in Gen.Int[0, TextProcessor.Languages.Count - 1].Select(i => TextProcessor.Languages[i])
        from picks in Gen.Int[0, 9999].Array[1, 25]
        select (language, string.Join(language is "zh" or "yue" or "ja" ? string.Empty : " ", picks.Select(i => s_words[language][i % s_words[language].Length])));

    [Fact]
    public void Ten_thousand_lines_lose_no_letter_and_get_none()
    {
        using TextProcessor processor = TextProcessor.Create();
        s_lines.Sample(
            sample => Assert.Equal(Letters(sample.Line), Letters(processor.Process(sample.Line, sample.Language, s_marksOnly))),
            iter: 10_000);
    }

    [Fact]
    public void What_was_processed_once_stays_when_processed_again()
    {
        using TextProcessor processor = TextProcessor.Create();
        s_lines.Sample(
            sample =>
            {
                string once = processor.Process(sample.Line, sample.Language, s_marksOnly);
                Assert.Equal(once, processor.Process(once, sample.Language, s_marksOnly));
            },
            iter: 2000);
    }

    private static string[] Words(string language) =>
        [.. CleanSentences.Lines(language).SelectMany(line => CleanSentences.Split(line, language).Words).Select(word => word.ToLowerInvariant()).Distinct()];

    /// <summary>Letters and digits, in small letters.</summary>
    private static string Letters(string text) =>
        string.Concat(text.Where(char.IsLetterOrDigit)).ToLower(CultureInfo.InvariantCulture);
}
