namespace Paraformer.Client;

/// <summary>A hot word: a word that recognition is to prefer.</summary>
/// <param name="Text">The word: up to 15 characters where any is not ASCII, else up to 7 words.</param>
/// <param name="Weight">1 (weak) to 5 (strong); 4 is usual.</param>
/// <param name="Lang">Its language: zh en ja yue ko de fr ru; null for any.</param>
public sealed record VocabularyWord(string Text, int Weight = 4, string? Lang = null);

/// <summary>A hot-word list in an overview.</summary>
/// <param name="VocabularyId">Its id.</param>
/// <param name="CreatedAt">When it was made, as the service writes it.</param>
/// <param name="ModifiedAt">When it was last changed, as the service writes it.</param>
/// <param name="Status"><c>OK</c>, or <c>UNDEPLOYED</c> where it cannot be used.</param>
public sealed record VocabularySummary(string VocabularyId, string CreatedAt, string ModifiedAt, string Status);

/// <summary>A hot-word list with its words.</summary>
/// <param name="CreatedAt">When it was made, as the service writes it.</param>
/// <param name="ModifiedAt">When it was last changed, as the service writes it.</param>
/// <param name="Status"><c>OK</c>, or <c>UNDEPLOYED</c> where it cannot be used.</param>
/// <param name="TargetModel">The model that it is for.</param>
/// <param name="Words">The words.</param>
public sealed record Vocabulary(string CreatedAt, string ModifiedAt, string Status, string TargetModel, IReadOnlyList<VocabularyWord> Words);

/// <summary>The service refused a request about hot words, or did not answer it. The message says why.</summary>
/// <param name="message">What went wrong.</param>
/// <param name="code">See <see cref="DashScopeRequestException.Code"/>.</param>
/// <param name="statusCode">See <see cref="DashScopeRequestException.StatusCode"/>.</param>
/// <param name="requestId">See <see cref="DashScopeRequestException.RequestId"/>.</param>
/// <param name="innerException">The cause.</param>
public sealed class VocabularyServiceException(string message, string code, int statusCode, string? requestId = null, Exception? innerException = null)
    : DashScopeRequestException(message, code, statusCode, requestId, innerException);
