using System.CommandLine;
using System.CommandLine.Parsing;
using Paraformer.Cli.Output;
using Paraformer.Cli.Recognition;
using Paraformer.Protocol;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer transcribe FILE|-</c>: the options and their checks.</summary>
internal static class TranscribeCommand
{
    private static readonly Argument<string> Input = new("FILE") { Description = "The audio file, or - for standard input." };
    private static readonly Option<string> Model = new("--model") { Description = "The model.", HelpName = "NAME", DefaultValueFactory = _ => ParaformerModel.RealtimeV2.Value };
    private static readonly Option<string?> Format = CommonOptions.Format();
    private static readonly Option<int?> SampleRate = CommonOptions.SampleRate();
    private static readonly Option<string[]> Language = new("--language") { Description = "Languages to expect, as in zh,en: zh en ja yue ko de fr ru.", HelpName = "CODES" };
    private static readonly Option<string?> VocabularyId = new("--vocabulary-id") { Description = "The hot-word list to use (v2 models).", HelpName = "ID" };
    private static readonly Option<string?> PhraseId = new("--phrase-id") { Description = "The phrase list to use (v1 models).", HelpName = "ID" };
    private static readonly Option<string?> HotWords = new("--hotwords") { Description = "Words to listen for, one a line, each optionally followed by a tab and its weight (1 to 5, usually 4). On this machine only; a service takes --vocabulary-id.", HelpName = "FILE" };
    private static readonly Option<bool> DisfluencyRemoval = new("--disfluency-removal") { Description = "Leave out filler words." };
    private static readonly Option<bool> SemanticPunctuation = new("--semantic-punctuation") { Description = "Split sentences by meaning instead of by silence." };
    private static readonly Option<int?> MaxSentenceSilence = new("--max-sentence-silence") { Description = "The silence that ends a sentence, 200 to 6000 ms; the service's default is 800.", HelpName = "MS" };
    private static readonly Option<bool> MultiThreshold = new("--multi-threshold") { Description = "Keep sentences from becoming too long." };
    private static readonly Option<bool> NoPunctuation = new("--no-punctuation") { Description = "Add no punctuation." };
    private static readonly Option<bool> NoItn = new("--no-itn") { Description = "Leave spoken numbers as words." };
    private static readonly Option<bool> Heartbeat = new("--heartbeat") { Description = "Go on through long silence; on by default, \"--heartbeat false\" gives up after 60 s of it.", DefaultValueFactory = _ => true };
    private static readonly Option<bool> RealTime = new("--realtime") { Description = "Send the audio as fast as it was spoken." };
    private static readonly Option<Uri?> Endpoint = new("--endpoint") { Description = "Use the service at this ws:// or wss:// address; the key comes from DASHSCOPE_API_KEY.", HelpName = "URL", CustomParser = ParseEndpoint };
    private static readonly Option<string> Output = new("--output") { Description = "The kind of output: text json srt vtt tsv.", HelpName = "KIND", DefaultValueFactory = _ => "text" };
    private static readonly Option<bool> Partials = new("--partials") { Description = "With --output json, print partial results too." };
    private static readonly Option<string?> OutputFile = new("-o") { Description = "Write the output to this file instead of standard output.", HelpName = "FILE" };
    private static readonly Option<string?> MetricsFile = new("--json-metrics") { Description = "Write delays, durations and the packs used to this file as JSON.", HelpName = "FILE" };

    static TranscribeCommand()
    {
        CommonOptions.Between(MaxSentenceSilence, 200, 6000, "ms");
        CommonOptions.OneOf(Output, SentenceWriter.Names);
    }

    public static Command Create(CliServices services)
    {
        var command = new Command("transcribe", "Turn speech into text, sentence by sentence.")
        {
            Input, Model, Format, SampleRate, Language, VocabularyId, PhraseId, HotWords, DisfluencyRemoval, SemanticPunctuation, MaxSentenceSilence,
            MultiThreshold, NoPunctuation, NoItn, Heartbeat, RealTime, Endpoint, Output, Partials, OutputFile, MetricsFile,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Partials) && result.GetValue(Output) != "json")
            {
                result.AddError("--partials needs --output json");
            }
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(HotWords) is not null && result.GetResult(Endpoint) is not null)
            {
                result.AddError("--hotwords works on this machine only: make a list of the service's own and give --vocabulary-id");
            }
        });
        command.SetAction((parsed, _) => new Transcription(services, Settings(parsed)).RunAsync());
        return command;
    }

    private static TranscribeSettings Settings(ParseResult parsed) => new()
    {
        Input = parsed.GetRequiredValue(Input),
        Model = parsed.GetRequiredValue(Model),
        Format = parsed.GetValue(Format),
        SampleRate = parsed.GetValue(SampleRate),
        Languages = Languages(parsed.GetValue(Language)),
        VocabularyId = parsed.GetValue(VocabularyId),
        PhraseId = parsed.GetValue(PhraseId),
        HotWordsFile = parsed.GetValue(HotWords),
        DisfluencyRemoval = parsed.GetValue(DisfluencyRemoval) ? true : null,
        SemanticPunctuation = parsed.GetValue(SemanticPunctuation) ? true : null,
        MaxSentenceSilence = parsed.GetValue(MaxSentenceSilence),
        MultiThreshold = parsed.GetValue(MultiThreshold) ? true : null,
        Punctuation = parsed.GetValue(NoPunctuation) ? false : null,
        InverseTextNormalization = parsed.GetValue(NoItn) ? false : null,
        Heartbeat = parsed.GetValue(Heartbeat),
        RealTime = parsed.GetValue(RealTime),
        Endpoint = parsed.GetValue(Endpoint),
        Output = parsed.GetRequiredValue(Output),
        Partials = parsed.GetValue(Partials),
        OutputFile = parsed.GetValue(OutputFile),
        MetricsFile = parsed.GetValue(MetricsFile),
    };

    private static string[]? Languages(string[]? given)
    {
        string[] codes = [.. (given ?? []).SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct()];
        return codes.Length == 0 ? null : codes;
    }

    private static Uri? ParseEndpoint(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "ws" or "wss")
        {
            return uri;
        }

        result.AddError($"--endpoint {text} is no ws:// or wss:// address");
        return null;
    }
}
