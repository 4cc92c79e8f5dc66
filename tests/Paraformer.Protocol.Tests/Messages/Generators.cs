using System.Text;
using System.Text.Json;
using CsCheck;

namespace Paraformer.Protocol.Tests;

/// <summary>Random messages. Strings are valid Unicode: anything else cannot stand in UTF-8.</summary>
internal static class Generators
{
    public static readonly Gen<string> Text = Gen.Frequency(
        (3, Gen.Char[' ', '~'].Array[0, 12].Select(chars => new string(chars))),
        (2, Gen.OneOf("今天天气不错。", "😀 \u2028\"\\/<>&'+\u0000\u001f", "𠮷", "", "éè")),
        (1, Gen.Int[0, 0x10FFFF].Where(Rune.IsValid).Array[0, 8].Select(runes => string.Concat(runes.Select(rune => new Rune(rune).ToString())))));

    private static readonly Gen<string?> MaybeText = Maybe(Text);
    private static readonly Gen<bool?> MaybeBool = Gen.Nullable(Gen.Bool);
    private static readonly Gen<int?> MaybeInt = Gen.Nullable(Gen.Int);
    private static readonly Gen<long?> MaybeLong = Gen.Nullable(Gen.Long);

    private static readonly Gen<JsonElement> Value = Gen.OneOf(
        Gen.Bool.Select(value => JsonElement.Parse(value ? "true" : "false")),
        Gen.Int.Select(value => JsonElement.Parse($"[{value}]")),
        Text.Select(value => JsonElement.Parse(JsonSerializer.Serialize(value))));

    private static readonly Gen<RecognitionParameters> Parameters =
        from names in Gen.Select(MaybeText, MaybeText, MaybeText)
        from numbers in Gen.Select(MaybeInt, MaybeInt)
        from flags in MaybeBool.Array[6]
        from hints in Maybe(Text.Array[0, 4])
        from extra in Maybe(Gen.Dictionary(Text, Value)[1, 4])
        select new RecognitionParameters
        {
            Format = names.Item1,
            SampleRate = numbers.Item1,
            VocabularyId = names.Item2,
            PhraseId = names.Item3,
            DisfluencyRemovalEnabled = flags[0],
            LanguageHints = hints,
            SemanticPunctuationEnabled = flags[1],
            MaxSentenceSilence = numbers.Item2,
            MultiThresholdModeEnabled = flags[2],
            PunctuationPredictionEnabled = flags[3],
            Heartbeat = flags[4],
            InverseTextNormalizationEnabled = flags[5],
            Extra = extra,
        };

    public static readonly Gen<TaskRequest> Request =
        from action in Text
        from names in MaybeText.Array[6]
        from parameters in Maybe(Parameters)
        from resources in Gen.Select(Text.Where(id => id.Length > 0), Text, (id, type) => new PhraseResource(id, type)).Array[0, 3]
        from hasInput in Gen.Bool
        select new TaskRequest
        {
            Action = action,
            TaskId = names[0],
            Streaming = names[1],
            TaskGroup = names[2],
            Task = names[3],
            Function = names[4],
            Model = names[5],
            Parameters = parameters,
            Resources = resources,
            HasInput = hasInput,
        };

    private static readonly Gen<Word> Word = Gen.Select(
        Gen.Long, Gen.Long, Text, Text, Gen.Bool, MaybeText,
        (begin, end, text, punctuation, isFixed, speaker) => new Word
        {
            BeginTime = begin,
            EndTime = end,
            Text = text,
            Punctuation = punctuation,
            Fixed = isFixed,
            SpeakerId = speaker,
        });

    private static readonly Gen<Stash> Stash = Gen.Select(
        MaybeLong.Array[4], Text, Word.Array[0, 3],
        (numbers, text, words) => new Stash
        {
            SentenceId = numbers[0],
            BeginTime = numbers[1],
            EndTime = numbers[2],
            CurrentTime = numbers[3],
            Text = text,
            Words = words,
        });

    /// <summary>Sentences in which nothing is null that is always written.</summary>
    public static readonly Gen<Sentence> Sentence =
        from numbers in Gen.Select(MaybeLong, Gen.Long, MaybeLong, Gen.Int)
        from texts in Gen.Select(Text, MaybeText, MaybeText)
        from words in Word.Array[0, 4]
        from flags in Gen.Select(Gen.Bool, Gen.Bool, MaybeBool)
        from confidence in Gen.Nullable(Gen.Double.Unit)
        from stash in Maybe(Stash)
        select new Sentence
        {
            SentenceId = numbers.Item1,
            BeginTime = numbers.Item2,
            EndTime = numbers.Item3,
            Text = texts.Item1,
            Words = words,
            ChannelId = numbers.Item4,
            SpeakerId = texts.Item2,
            SentenceBegin = flags.Item1 ? true : null,
            SentenceEnd = flags.Item2,
            Heartbeat = flags.Item3,
            EmoTag = texts.Item3,
            EmoConfidence = confidence,
            Stash = stash,
        };

    public static readonly Gen<Usage?> Usage = Maybe(Gen.Int[0, int.MaxValue].Select(duration => new Usage(duration)));

    private static Gen<T?> Maybe<T>(Gen<T> gen)
        where T : class =>
        Gen.Frequency((1, Gen.Const((T?)null)), (2, gen.Select(value => (T?)value)));
}
