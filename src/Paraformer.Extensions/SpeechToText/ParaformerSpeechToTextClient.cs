using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Paraformer.Client;
using Paraformer.Protocol;

namespace Paraformer.Extensions;

/// <summary>A recognition client behind the interface of Microsoft.Extensions.AI.</summary>
[Experimental("MEAI001")]
internal sealed class ParaformerSpeechToTextClient(RecognitionClient client, ParaformerModel model, IReadOnlyList<string>? languageHints) : ISpeechToTextClient
{
    private readonly SpeechToTextClientMetadata _metadata = new("dashscope", providerUri: null, model.Value);

    public async Task<SpeechToTextResponse> GetTextAsync(
        Stream audioSpeechStream, SpeechToTextOptions? options = null, CancellationToken cancellationToken = default)
    {
        (Stream audio, RecognitionOptions request) = await PrepareAsync(audioSpeechStream, options, cancellationToken).ConfigureAwait(false);
        var finals = new List<RecognitionResult>();
        await foreach (RecognitionResult result in client.RecognizeAsync(audio, request, cancellationToken).ConfigureAwait(false))
        {
            if (result is { IsFinal: true, Sentence: not null })
            {
                finals.Add(result);
            }
        }

        return new SpeechToTextResponse(SentenceText.Join(finals.Select(f => f.Sentence!.Text)))
        {
            ModelId = request.Model.Value,
            ResponseId = finals.Count == 0 ? null : finals[0].RequestId,
            StartTime = finals.Count == 0 ? null : TimeSpan.FromMilliseconds(finals[0].Sentence!.BeginTime),
            EndTime = finals.Count == 0 ? null : TimeSpan.FromMilliseconds(finals[^1].Sentence!.EndTime ?? 0),
            RawRepresentation = finals,
        };
    }

    public async IAsyncEnumerable<SpeechToTextResponseUpdate> GetStreamingTextAsync(
        Stream audioSpeechStream, SpeechToTextOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        (Stream audio, RecognitionOptions request) = await PrepareAsync(audioSpeechStream, options, cancellationToken).ConfigureAwait(false);
        string? requestId = null;
        bool open = false;
        await foreach (RecognitionResult result in client.RecognizeAsync(audio, request, cancellationToken).ConfigureAwait(false))
        {
            requestId = result.RequestId;
            if (!open)
            {
                open = true;
                yield return Mark(SpeechToTextResponseUpdateKind.SessionOpen);
            }

            if (result.Sentence is { } sentence)
            {
                yield return new SpeechToTextResponseUpdate(sentence.Text)
                {
                    Kind = result.IsFinal ? SpeechToTextResponseUpdateKind.TextUpdated : SpeechToTextResponseUpdateKind.TextUpdating,
                    ModelId = request.Model.Value,
                    ResponseId = requestId,
                    StartTime = TimeSpan.FromMilliseconds(sentence.BeginTime),
                    EndTime = sentence.EndTime is { } end ? TimeSpan.FromMilliseconds(end) : null,
                    RawRepresentation = result,
                };
            }
        }

        if (!open)
        {
            yield return Mark(SpeechToTextResponseUpdateKind.SessionOpen);
        }

        yield return Mark(SpeechToTextResponseUpdateKind.SessionClose);

        SpeechToTextResponseUpdate Mark(SpeechToTextResponseUpdateKind kind) => new() { Kind = kind, ModelId = request.Model.Value, ResponseId = requestId };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(SpeechToTextClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(client) ? client
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Does nothing: the client belongs to whoever made it.</summary>
    public void Dispose()
    {
    }

    private async Task<(Stream Audio, RecognitionOptions Request)> PrepareAsync(Stream audio, SpeechToTextOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(audio);
        if (options?.TextLanguage is { } text && options.SpeechLanguage is { } spoken && Primary(text) != Primary(spoken))
        {
            throw new NotSupportedException($"The service writes what is spoken: it does not translate from {spoken} to {text}.");
        }

        if (options?.RawRepresentationFactory?.Invoke(this) is RecognitionOptions raw)
        {
            return (audio, raw);
        }

        byte[] start = new byte[AudioStart.Length];
        int length = await audio.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        AudioStart? shown = AudioStart.Read(start.AsSpan(0, length));
        int rate = shown?.SampleRate ?? options?.SpeechSampleRate ?? 16000;
        return (new PrefixedStream(start.AsMemory(0, length), audio), new RecognitionOptions(options?.ModelId ?? model, shown?.Format ?? AudioFormat.Pcm, rate)
        {
            LanguageHints = options?.SpeechLanguage is { } language ? [Primary(language)] : languageHints,
            Extra = ExtraParameters.From(options?.AdditionalProperties),
        });
    }

    // The service takes 'en' where .NET says 'en-US'; 'zh-HK' and 'zh-yue' are Cantonese.
    private static string Primary(string language) =>
        language.StartsWith("zh-HK", StringComparison.OrdinalIgnoreCase) || language.StartsWith("zh-yue", StringComparison.OrdinalIgnoreCase)
            ? "yue"
            : language.Split('-', '_')[0].ToLowerInvariant();
}
