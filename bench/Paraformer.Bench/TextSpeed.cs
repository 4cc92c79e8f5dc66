using System.Diagnostics;
using Paraformer.Engine.Pipeline;
using Paraformer.Engine;
using Paraformer.Engine.Text;

namespace Paraformer.Bench;

/// <summary>
/// What all text work of a hundred live sessions takes of a core: disfluency removal, punctuation and casing, inverse text normalisation and sentences by meaning,
/// for every partial and final result.
/// </summary>
internal static class TextSpeed
{
    private const int Sessions = 100;
    private const int Rounds = 100;
    private const int SampleRate = 16000;

    // A recogniser takes blocks of 128 ms; each gives a partial result.
    private const double BlocksPerSecond = 1 / 0.128;
    private const double PauseSeconds = 0.5;

    private static readonly (string Language, double WordsPerSecond, string Text)[] s_speech =
    [
        ("en", 2.5, "so um we looked at the numbers last night and they are better than we expected but i would still like to know why the third quarter was so slow in europe can you send me the report by monday the fifth of march twenty twenty six at half past three because we we need about one hundred and twenty thousand dollars for the new office | and please tell john that the meeting moved to room four hundred and twelve i think he will be late again"),
        ("zh", 3.0, "嗯 我们 下周三 下午 三点 二十 开会 预算 大概 是 一百二十万 左右 你 能不能 把 上个 月 的 报告 发 给 我 因为 我 还 想 知道 为什么 第三 季度 欧洲 市场 的 增长 那么 慢 | 另外 请 告诉 小王 会议室 换 到 四零八 了 他 可能 又 要 迟到 我们 先 开始 吧"),
        ("de", 2.3, "wir haben uns gestern abend die zahlen angesehen und sie sind besser als wir erwartet haben aber ich möchte trotzdem wissen warum das dritte quartal in europa so langsam war kannst du mir bis montag den bericht schicken | wir brauchen etwa hundertzwanzigtausend euro für das neue büro"),
        ("ja", 3.0, "昨日 の 夜 に 数字 を 確認 しました が 予想 より も 良かった です ただ 第三 四半期 の ヨーロッパ が なぜ 遅かった の か 知りたい です | 月曜日 の 三時 半 まで に 報告書 を 送って ください"),
    ];

    public static void Run()
    {
        foreach ((string language, double rate, string text) in s_speech)
        {
            foreach (bool semantic in new[] { false, true })
            {
                for (int round = 0; round < Rounds; round++)
                {
                    Speak(language, rate, text, semantic, everything: true);
                }

                Measure(language, rate, text, semantic, everything: true);
            }

            Measure(language, rate, text, semantic: true, everything: false);
        }
    }

    private static void Measure(string language, double rate, string text, bool semantic, bool everything)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan before = ProcessorTime();
        double seconds = 0;
        int results = 0;
        for (int round = 0; round < Rounds; round++)
        {
            (double spoken, int count) = Speak(language, rate, text, semantic, everything);
            seconds += spoken;
            results += count;
        }

        double used = (ProcessorTime() - before).TotalSeconds;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        string work = everything ? "all text work" : "punctuation only";
        Console.WriteLine(FormattableString.Invariant(
            $"{language}, {(semantic ? "by meaning" : "by silence")}, {work}: {results / seconds:0.0} results/s, {used / results * 1e6:0} µs and {allocated / results} bytes a result; {Sessions} sessions: {100 * Sessions * used / seconds:0.0} % of a core"));
    }

    /// <summary>Says the text once, a word more at a time, with a pause at each bar; returns how long it took to say and how many results came.</summary>
    private static (double Seconds, int Results) Speak(string language, double rate, string text, bool semantic, bool everything)
    {
        var options = new TextOptions { Punctuation = true, InverseTextNormalization = everything, DisfluencyRemoval = everything };
        var sentences = new SentenceAssembler(SampleRate, new TextFormatter(Punctuator.Default), new SentenceOptions { Text = options, Semantic = semantic, Language = language });
        var finals = new List<RecognizedSentence>();
        double now = 0;
        int results = 0;
        foreach (string utterance in text.Split('|', StringSplitOptions.TrimEntries))
        {
            string[] words = utterance.Split(' ');
            double begin = now;
            for (double heard = 1 / BlocksPerSecond; heard < words.Length / rate; heard += 1 / BlocksPerSecond)
            {
                now = begin + heard;
                results += sentences.Partial(Hypotheses(words, (int)(heard * rate), begin, rate), null, 0, (long)(now * SampleRate)) is null ? 0 : 1;
            }

            now += PauseSeconds;
            sentences.EndUtterance(Hypotheses(words, words.Length, begin, rate), null, 0, (long)(now * SampleRate), finals);
        }

        sentences.Flush((long)(now * SampleRate), finals);
        return (now, results + finals.Count);
    }

    // New strings each time, as a recogniser makes them.
    private static List<WordHypothesis> Hypotheses(string[] words, int count, double begin, double rate) =>
        [.. words.Take(count).Select((word, i) => new WordHypothesis(new string(word), (long)((begin + (i / rate)) * SampleRate), (long)((begin + ((i + 1) / rate)) * SampleRate), 1))];

    private static TimeSpan ProcessorTime() => Process.GetCurrentProcess().TotalProcessorTime;
}
