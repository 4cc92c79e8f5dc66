using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>
/// Makes and keeps hot-word lists for the v2 models. A list's id goes into <see cref="RecognitionOptions.VocabularyId"/>. A request
/// that got no answer is sent up to three times, but for <see cref="CreateVocabularyAsync"/>, which might make two lists. Thread-safe.
/// </summary>
public sealed class VocabularyService : IDisposable
{
    private const string Path = "services/audio/asr/customization";
    private const string DefaultModel = "speech-biasing";

    private readonly string _model;
    private readonly ApiClient _api;
    private volatile string? _lastRequestId;

    /// <summary>Makes a client of the service that the environment names.</summary>
    /// <param name="apiKey">The API key; null looks where <see cref="RecognitionClientOptions.ApiKey"/> says.</param>
    /// <param name="workspace">The workspace; null for the key's own.</param>
    /// <param name="model">The model of the customization; null for <c>speech-biasing</c>.</param>
    public VocabularyService(string? apiKey = null, string? workspace = null, string? model = null)
        : this(new RecognitionClientOptions { ApiKey = apiKey, Workspace = workspace }, model, ClientEnvironment.Process)
    {
    }

    /// <summary>Makes a client.</summary>
    /// <param name="options">How to reach the service.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public VocabularyService(RecognitionClientOptions options)
        : this(options, null, ClientEnvironment.Process)
    {
    }

    internal VocabularyService(RecognitionClientOptions options, string? model, ClientEnvironment environment)
    {
        _model = model ?? DefaultModel;
        _api = new ApiClient(options, environment);
    }

    /// <summary>Makes a list and returns its id.</summary>
    /// <param name="targetModel">The model that the list is for; the one that recognises must be the same.</param>
    /// <param name="prefix">Start of the id: 1 to 10 digits and lower-case letters.</param>
    /// <param name="vocabulary">The words, up to 500.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="VocabularyServiceException">The service refused, or did not answer.</exception>
    /// <exception cref="ApiKeyNotFoundException">The service needs a key and there is none.</exception>
    public async Task<string> CreateVocabularyAsync(
        ParaformerModel targetModel, string prefix, IReadOnlyList<VocabularyWord> vocabulary, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(targetModel.Value, nameof(targetModel));
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(vocabulary);
        byte[] request = VocabularyMessages.Write(_model, "create_vocabulary", input =>
        {
            input.WriteString("target_model"u8, targetModel.Value);
            input.WriteString("prefix"u8, prefix);
            VocabularyMessages.WriteWords(input, vocabulary);
        });
        ApiAnswer answer = await SendAsync(request, repeatable: false, cancellationToken).ConfigureAwait(false);
        return ApiAnswer.Text(answer.Output, "vocabulary_id")
            ?? throw new VocabularyServiceException("The service's answer holds no vocabulary_id.", ClientErrorCodes.MessageFormat, answer.StatusCode, answer.RequestId);
    }

    /// <summary>The lists of the account, a page of them.</summary>
    /// <param name="prefix">Only lists whose prefix this is; null for all.</param>
    /// <param name="pageIndex">The page, from 0.</param>
    /// <param name="pageSize">Lists on a page.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="VocabularyServiceException">The service refused, or did not answer.</exception>
    /// <exception cref="ApiKeyNotFoundException">The service needs a key and there is none.</exception>
    public async Task<IReadOnlyList<VocabularySummary>> ListVocabulariesAsync(
        string? prefix = null, int pageIndex = 0, int pageSize = 10, CancellationToken cancellationToken = default)
    {
        byte[] request = VocabularyMessages.Write(_model, "list_vocabulary", input =>
        {
            if (prefix is not null)
            {
                input.WriteString("prefix"u8, prefix);
            }

            input.WriteNumber("page_index"u8, pageIndex);
            input.WriteNumber("page_size"u8, pageSize);
        });
        ApiAnswer answer = await SendAsync(request, repeatable: true, cancellationToken).ConfigureAwait(false);
        return VocabularyMessages.ReadSummaries(answer.Output);
    }

    /// <summary>A list with its words.</summary>
    /// <param name="vocabularyId">The list's id.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="VocabularyServiceException">The service refused, or did not answer.</exception>
    /// <exception cref="ApiKeyNotFoundException">The service needs a key and there is none.</exception>
    public async Task<Vocabulary> QueryVocabularyAsync(string vocabularyId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(vocabularyId);
        byte[] request = VocabularyMessages.Write(_model, "query_vocabulary", input => input.WriteString("vocabulary_id"u8, vocabularyId));
        ApiAnswer answer = await SendAsync(request, repeatable: true, cancellationToken).ConfigureAwait(false);
        return VocabularyMessages.ReadVocabulary(answer.Output);
    }

    /// <summary>Replaces a list's words, all of them.</summary>
    /// <param name="vocabularyId">The list's id.</param>
    /// <param name="vocabulary">The words, up to 500.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="VocabularyServiceException">The service refused, or did not answer.</exception>
    /// <exception cref="ApiKeyNotFoundException">The service needs a key and there is none.</exception>
    public Task UpdateVocabularyAsync(string vocabularyId, IReadOnlyList<VocabularyWord> vocabulary, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(vocabularyId);
        ArgumentNullException.ThrowIfNull(vocabulary);
        byte[] request = VocabularyMessages.Write(_model, "update_vocabulary", input =>
        {
            input.WriteString("vocabulary_id"u8, vocabularyId);
            VocabularyMessages.WriteWords(input, vocabulary);
        });
        return SendAsync(request, repeatable: true, cancellationToken);
    }

    /// <summary>Deletes a list.</summary>
    /// <param name="vocabularyId">The list's id.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="VocabularyServiceException">The service refused, or did not answer.</exception>
    /// <exception cref="ApiKeyNotFoundException">The service needs a key and there is none.</exception>
    public Task DeleteVocabularyAsync(string vocabularyId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(vocabularyId);
        byte[] request = VocabularyMessages.Write(_model, "delete_vocabulary", input => input.WriteString("vocabulary_id"u8, vocabularyId));
        return SendAsync(request, repeatable: true, cancellationToken);
    }

    /// <summary>As <see cref="CreateVocabularyAsync"/>, waiting.</summary>
    /// <inheritdoc cref="CreateVocabularyAsync"/>
    public string CreateVocabulary(ParaformerModel targetModel, string prefix, IReadOnlyList<VocabularyWord> vocabulary) =>
        CreateVocabularyAsync(targetModel, prefix, vocabulary).GetAwaiter().GetResult();

    /// <summary>As <see cref="ListVocabulariesAsync"/>, waiting.</summary>
    /// <inheritdoc cref="ListVocabulariesAsync"/>
    public IReadOnlyList<VocabularySummary> ListVocabularies(string? prefix = null, int pageIndex = 0, int pageSize = 10) =>
        ListVocabulariesAsync(prefix, pageIndex, pageSize).GetAwaiter().GetResult();

    /// <summary>As <see cref="QueryVocabularyAsync"/>, waiting.</summary>
    /// <inheritdoc cref="QueryVocabularyAsync"/>
    public Vocabulary QueryVocabulary(string vocabularyId) => QueryVocabularyAsync(vocabularyId).GetAwaiter().GetResult();

    /// <summary>As <see cref="UpdateVocabularyAsync"/>, waiting.</summary>
    /// <inheritdoc cref="UpdateVocabularyAsync"/>
    public void UpdateVocabulary(string vocabularyId, IReadOnlyList<VocabularyWord> vocabulary) =>
        UpdateVocabularyAsync(vocabularyId, vocabulary).GetAwaiter().GetResult();

    /// <summary>As <see cref="DeleteVocabularyAsync"/>, waiting.</summary>
    /// <inheritdoc cref="DeleteVocabularyAsync"/>
    public void DeleteVocabulary(string vocabularyId) => DeleteVocabularyAsync(vocabularyId).GetAwaiter().GetResult();

    /// <summary>Id of the last request that was answered, refused or not; null before the first.</summary>
    public string? GetLastRequestId() => _lastRequestId;

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _api.Dispose();

    private async Task<ApiAnswer> SendAsync(byte[] request, bool repeatable, CancellationToken cancellationToken)
    {
        ApiAnswer answer;
        try
        {
            answer = await _api.SendAsync(HttpMethod.Post, Path, request, repeatable, cancellationToken).ConfigureAwait(false);
        }
        catch (DashScopeRequestException e)
        {
            throw new VocabularyServiceException(e.Message, e.Code, e.StatusCode, e.RequestId, e.InnerException);
        }

        _lastRequestId = answer.RequestId ?? _lastRequestId;
        return answer.IsSuccess ? answer : throw new VocabularyServiceException(answer.Message, answer.Code, answer.StatusCode, answer.RequestId);
    }
}
