namespace Paraformer.Engine.Text;

/// <summary>How a language writes its marks.</summary>
internal static class PunctuationStyle
{
    private static readonly string[] s_chinese = ["", "，", "。", "？", "、"];
    private static readonly string[] s_japanese = ["", "、", "。", "？", "、"];
    private static readonly string[] s_western = ["", ",", ".", "?", ","];

    /// <summary>The primary subtag in lower case: <c>en</c> of <c>en-US</c>.</summary>
    public static string Primary(string language)
    {
        int end = language.AsSpan().IndexOfAny('-', '_');
        return (end < 0 ? language : language[..end]).ToLowerInvariant();
    }

    /// <summary>The mark as the language writes it; an empty string for none.</summary>
    /// <param name="language">Primary subtag.</param>
    /// <param name="mark">The mark.</param>
    public static string Write(string language, PunctuationMark mark) => language switch
    {
        "zh" or "yue" => s_chinese[(int)mark],
        "ja" => s_japanese[(int)mark],
        _ => s_western[(int)mark],
    };

    /// <summary>Whether the language distinguishes small and capital letters.</summary>
    /// <param name="language">Primary subtag.</param>
    public static bool IsCased(string language) => language is "en" or "de" or "fr" or "ru";

    /// <summary>Whether the word brings a mark of its own at its end.</summary>
    public static bool EndsWithMark(string word) => word.Length > 0 && word[^1] is ',' or '.' or '?' or '!' or ';' or ':' or '…' or '，' or '。' or '？' or '！' or '；' or '：' or '、';

    /// <summary>Whether the word ends a sentence by itself.</summary>
    public static bool EndsWithStop(string word) => word.Length > 0 && word[^1] is '.' or '?' or '!' or '…' or '。' or '？' or '！';
}
