using System.Globalization;
using System.Text;
using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>
/// One recognition result: a partial or final sentence while recognition runs, or the outcome of a whole call
/// (<see cref="Recognition.Call"/>), or a failure (<see cref="RecognitionCallback.OnError"/>).
/// </summary>
public sealed record RecognitionResult
{
    /// <summary>200 on success; else an HTTP status or one of <see cref="RecognitionStatus"/>.</summary>
    public int StatusCode { get; init; } = RecognitionStatus.Ok;

    /// <summary>The error code; empty on success.</summary>
    public string Code { get; init; } = "";

    /// <summary>The error message; empty on success.</summary>
    public string Message { get; init; } = "";

    /// <summary>The task's id.</summary>
    public string? RequestId { get; init; }

    /// <summary>
    /// The sentence of this result; null on failures and on the outcome of a whole call, which has <see cref="Sentences"/>. On the outcome of
    /// a call that failed: what had been heard of the sentence that was not finished, if there was one.
    /// </summary>
    public Sentence? Sentence { get; init; }

    /// <summary>
    /// The final sentences in order: all of them on the outcome of a whole call (on a failure, those that came before it),
    /// else <see cref="Sentence"/> alone if it is final.
    /// </summary>
    public IReadOnlyList<Sentence> Sentences
    {
        get => field ?? (IsFinal ? [Sentence!] : []);
        init;
    }

    /// <summary>What the task has used so far; only on finals and on the outcome of a whole call.</summary>
    public Usage? Usage { get; init; }

    /// <summary>
    /// On a final sentence: the audio before it that was lost with a connection and could not be sent again, see
    /// <see cref="ReconnectPolicy"/>. On the outcome of a whole call: all of it. Nearly always empty.
    /// </summary>
    public IReadOnlyList<AudioRange> LostAudio { get; init; } = [];

    /// <summary>Whether <see cref="Sentence"/> has ended.</summary>
    public bool IsFinal => IsSentenceEnd(Sentence);

    internal IReadOnlyDictionary<long, Usage>? UsageByEndTime { get; init; }

    /// <summary><see cref="Sentence"/>.</summary>
    public Sentence? GetSentence() => Sentence;

    /// <summary><see cref="Sentences"/>.</summary>
    public IReadOnlyList<Sentence> GetSentences() => Sentences;

    /// <summary><see cref="RequestId"/>.</summary>
    public string? GetRequestId() => RequestId;

    /// <summary>What the task had used when <paramref name="sentence"/> ended; null for partials and for sentences of other results.</summary>
    public Usage? GetUsage(Sentence? sentence)
    {
        if (sentence?.EndTime is not { } end)
        {
            return null;
        }

        return UsageByEndTime is { } byEnd ? byEnd.GetValueOrDefault(end) : Sentence?.EndTime == end ? Usage : null;
    }

    /// <summary>Whether a sentence has ended; false for null.</summary>
    public static bool IsSentenceEnd(Sentence? sentence) => sentence?.IsFinal == true;

    /// <summary>The result in one line: status, id and sentence, or code and message.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{StatusCode} {RequestId}");
        if (StatusCode != RecognitionStatus.Ok)
        {
            text.Append(CultureInfo.InvariantCulture, $" {Code}: {Message}");
        }

        foreach (Sentence sentence in Sentence is null || IsFinal ? Sentences : [.. Sentences, Sentence])
        {
            string end = sentence.EndTime?.ToString(CultureInfo.InvariantCulture) ?? "";
            string kind = sentence.IsFinal ? "final" : "partial";
            text.Append(CultureInfo.InvariantCulture, $" [{kind} {sentence.BeginTime}-{end} ms] {sentence.Text}");
        }

        foreach (AudioRange lost in LostAudio)
        {
            text.Append(CultureInfo.InvariantCulture, $" [lost {lost.BeginTime}-{lost.EndTime} ms]");
        }

        return text.ToString();
    }

    internal static RecognitionResult FromFailure(Exception failure, string requestId) => failure is RecognitionFailedException known
        ? new() { StatusCode = known.StatusCode, Code = known.Code, Message = known.Message, RequestId = known.RequestId ?? requestId }
        : new()
        {
            StatusCode = failure is ApiKeyNotFoundException ? 401 : RecognitionStatus.ClientError,
            Code = failure is ApiKeyNotFoundException ? ErrorCodes.InvalidApiKey : ClientErrorCodes.Unknown,
            Message = failure.Message,
            RequestId = requestId,
        };
}
