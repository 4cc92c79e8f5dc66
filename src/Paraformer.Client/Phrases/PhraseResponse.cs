namespace Paraformer.Client;

/// <summary>An answer about phrase lists, successful or not; see <see cref="EnsureSuccess"/>.</summary>
public sealed record PhraseResponse
{
    /// <summary>The HTTP status; 200 on success.</summary>
    public required int StatusCode { get; init; }

    /// <summary>The request's id; null where the service sent none.</summary>
    public string? RequestId { get; init; }

    /// <summary>The error code; empty on success.</summary>
    public string Code { get; init; } = "";

    /// <summary>The error message; empty on success.</summary>
    public string Message { get; init; } = "";

    /// <summary>What was made, changed, found or deleted; null on failure and for lists.</summary>
    public PhraseList? Output { get; init; }

    /// <summary>The phrase lists of a page; empty but for <see cref="AsrPhraseManager.ListPhrases"/>.</summary>
    public IReadOnlyList<PhraseList> Outputs { get; init; } = [];

    /// <summary>How many phrase lists there are on all pages; 0 but for <see cref="AsrPhraseManager.ListPhrases"/>.</summary>
    public int Total { get; init; }

    /// <summary>Whether the request succeeded.</summary>
    public bool IsSuccess => StatusCode is >= 200 and < 300;

    /// <summary>Returns this answer where it is a success.</summary>
    /// <exception cref="DashScopeRequestException">It is a failure.</exception>
    public PhraseResponse EnsureSuccess() => IsSuccess ? this : throw new DashScopeRequestException(Message, Code, StatusCode, RequestId);
}

/// <summary>A phrase list. Fields that an answer does not hold are null.</summary>
/// <param name="FinetunedOutput">Its id, for <see cref="RecognitionOptions.PhraseId"/>.</param>
/// <param name="JobId">The job that made it.</param>
/// <param name="Status">How the job ended, such as <c>SUCCEEDED</c>.</param>
/// <param name="Model">The model that it is for.</param>
/// <param name="OutputType">What it is: <c>custom_resource</c>.</param>
/// <param name="CreatedAt">When it was made, as the service writes it.</param>
public sealed record PhraseList(string FinetunedOutput, string? JobId, string? Status, string? Model, string? OutputType, string? CreatedAt);
