using System.Diagnostics;
using Paraformer.Cli.Commands;
using Paraformer.Cli.Output;
using Paraformer.Cli.Probing;
using Paraformer.Cli.Terminal;
using Paraformer.Client;
using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service.HotWords;

namespace Paraformer.Cli.Recognition;

/// <summary>One run of <c>paraformer transcribe</c>.</summary>
internal sealed class Transcription(CliServices services, TranscribeSettings settings)
{
    private readonly CliConsole _console = services.Console;
    private readonly HotWordRegistry _hotWords = new();
    private string? _listId;
    private bool _heard;

    /// <summary>Runs it and returns the exit code.</summary>
    /// <exception cref="CliException">It failed.</exception>
    public async Task<int> RunAsync()
    {
        if (settings.Endpoint is null)
        {
            ModelNames.RequireKnown(settings.Model, settings.Languages);
            RefuseHotWords();
        }

        if (settings.HotWordsFile is { } file)
        {
            _listId = _hotWords.Add(settings.Model, await HotWordFile.ReadAsync(file, settings.Model, services.Stop));
        }

        OutputFile.Check(settings.OutputFile, settings.Input);
        OutputFile.Check(settings.MetricsFile, settings.Input);
        await using AudioInput input = await AudioInput.OpenAsync(settings.Input, _console, services.Stop);
        FormatChoice choice = FormatChoice.Make(input, settings.Format, settings.SampleRate, ModelNames.DefaultSampleRate(settings.Model), settings.Endpoint is null, Ffmpeg.Find(_console));
        await input.EnsureConvertedAsync(services.Stop);

        if (input.Warning is { } warning)
        {
            _console.Note($"warning: {warning} ({input.Name}): what is there is transcribed");
        }

        await using Recognizer recognizer = settings.Endpoint is { } endpoint
            ? Recognizer.Remote(services, endpoint)
            : await Recognizer.LocalAsync(services, _hotWords);
        await using ResultSink sink = await ResultSink.OpenAsync(settings.OutputFile, settings.Output, settings.Partials, _console, CancellationToken.None);
        long? total = settings.RealTime ? null : input.DurationMs;
        var display = new CaptionDisplay(_console, total, keepFinals: !sink.IsTerminal);
        try
        {
            await RunAsync(recognizer, input, choice, sink, display);
        }
        catch (Exception failure) when (Failures.Translate(failure, settings.Endpoint) is { } told)
        {
            throw told;
        }
        finally
        {
            display.Clear();
        }

        return ExitCodes.Ok;
    }

    private async Task RunAsync(Recognizer recognizer, AudioInput input, FormatChoice choice, ResultSink sink, CaptionDisplay display)
    {
        if (settings.RealTime)
        {
            var like = new StreamRequest { Model = settings.Model, Format = choice.Format, SampleRate = choice.SampleRate, Languages = settings.Languages ?? [] };
            await recognizer.WarmUpAsync(like, services.Stop);
        }

        var clock = Stopwatch.StartNew();
        await using RecognitionSession session = await recognizer.Client.StartAsync(Options(choice), services.Stop);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(services.Stop);
        using var sender = new AudioSender(session, input, choice, settings.RealTime);
        Task sending = sender.RunAsync(stop.Token);
        try
        {
            await foreach (RecognitionResult result in session.Results)
            {
                await ShowAsync(result.Sentence, sink, display);
            }

            await sending;
        }
        catch
        {
            await stop.CancelAsync();
            await session.DisposeAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        if (settings.MetricsFile is { } file)
        {
            await RunMetrics.From(session, sender.SentMs, clock.Elapsed, recognizer.Packs).WriteAsync(file);
        }

        if (sender.ReadFailure is { } failure)
        {
            throw CliException.Failed("the audio cannot be read to its end: " + failure.Message, input.Name, "what was read has been transcribed", failure);
        }

        if (!_heard)
        {
            string heard = sender.IsStopped ? "until the interruption in" : "in";
            string length = sender.SentMs is { } ms ? $" ({TimeText.Clock(ms)} of audio)" : "";
            display.Note($"no speech was recognised {heard} {input.Name}{length}");
        }
    }

    private async Task ShowAsync(Sentence? sentence, ResultSink sink, CaptionDisplay display)
    {
        if (sentence is null)
        {
            return;
        }

        display.Progress(SentenceText.EndMs(sentence));
        if (sentence.IsFinal)
        {
            _heard |= sentence.Text.Length > 0;
            display.Final(sentence);
        }
        else
        {
            display.Partial(sentence);
        }

        if (sink.Takes(sentence))
        {
            if (sink.IsTerminal)
            {
                display.Clear();
            }

            await sink.WriteAsync(sentence, CancellationToken.None);
        }
    }

    private void RefuseHotWords()
    {
        string? asked = settings.VocabularyId is not null ? "--vocabulary-id " + settings.VocabularyId
            : settings.PhraseId is not null ? "--phrase-id " + settings.PhraseId
            : null;
        if (asked is not null)
        {
            throw CliException.Usage("this machine has no hot-word lists", asked, "give the words with --hotwords FILE, or name the service that has the list with --endpoint");
        }
    }

    private RecognitionOptions Options(FormatChoice choice) => new(settings.Model, choice.Format, choice.SampleRate)
    {
        LanguageHints = settings.Languages,
        VocabularyId = settings.VocabularyId ?? (ModelNames.IsFirstGeneration(settings.Model) ? null : _listId),
        PhraseId = settings.PhraseId ?? (ModelNames.IsFirstGeneration(settings.Model) ? _listId : null),
        DisfluencyRemovalEnabled = settings.DisfluencyRemoval,
        SemanticPunctuationEnabled = settings.SemanticPunctuation,
        MaxSentenceSilence = settings.MaxSentenceSilence,
        MultiThresholdModeEnabled = settings.MultiThreshold,
        PunctuationPredictionEnabled = settings.Punctuation,
        InverseTextNormalizationEnabled = settings.InverseTextNormalization,
        Heartbeat = settings.Heartbeat ? true : null,
    };
}
