using System.Globalization;
using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>
/// Makes and keeps phrase lists, the hot words of the v1 models. A list's id goes into <see cref="RecognitionOptions.PhraseId"/>. As in
/// the Python SDK, an answer that is an HTTP error is returned, not thrown: see <see cref="PhraseResponse.EnsureSuccess"/>. A request
/// that got no answer is sent up to three times, but for making a list. Thread-safe.
/// </summary>
public sealed class AsrPhraseManager : IDisposable
{
    /// <summary>The training type of phrase lists.</summary>
    public const string DefaultTrainingType = "compile_asr_phrase";

    private readonly ApiClient _api;

    /// <summary>Makes a client of the service that the environment names.</summary>
    /// <param name="apiKey">The API key; null looks where <see cref="RecognitionClientOptions.ApiKey"/> says.</param>
    /// <param name="workspace">The workspace; null for the key's own.</param>
    public AsrPhraseManager(string? apiKey = null, string? workspace = null)
        : this(new RecognitionClientOptions { ApiKey = apiKey, Workspace = workspace })
    {
    }

    /// <summary>Makes a client.</summary>
    /// <param name="options">How to reach the service.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public AsrPhraseManager(RecognitionClientOptions options)
        : this(options, ClientEnvironment.Process)
    {
    }

    internal AsrPhraseManager(RecognitionClientOptions options, ClientEnvironment environment) => _api = new ApiClient(options, environment);

    /// <summary>Makes a list.</summary>
    /// <param name="model">The model that it is for.</param>
    /// <param name="phrases">Up to 500 phrases with their weights: 1 to 5, or -6 to -1 to make a phrase less likely.</param>
    /// <param name="trainingType">The training type.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentException">There are no phrases, or no training type.</exception>
    /// <exception cref="DashScopeRequestException">The service did not answer.</exception>
    /// <exception cref="ApiKeyNotFoundException">The service needs a key and there is none.</exception>
    public Task<PhraseResponse> CreatePhrasesAsync(
        ParaformerModel model, IReadOnlyDictionary<string, int> phrases, string trainingType = DefaultTrainingType, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, "fine-tunes", Body(model, phrases, trainingType, null), repeatable: false, cancellationToken);

    /// <summary>Replaces a list's phrases, all of them.</summary>
    /// <param name="model">The model that it is for.</param>
    /// <param name="phraseId">The list's id.</param>
    /// <param name="phrases">Up to 500 phrases with their weights: 1 to 5, or -6 to -1 to make a phrase less likely.</param>
    /// <param name="trainingType">The training type.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentException">There are no phrases, no id, or no training type.</exception>
    /// <exception cref="DashScopeRequestException">The service did not answer.</exception>
    /// <exception cref="ApiKeyNotFoundException">The service needs a key and there is none.</exception>
    public Task<PhraseResponse> UpdatePhrasesAsync(
        ParaformerModel model,
        string phraseId,
        IReadOnlyDictionary<string, int> phrases,
        string trainingType = DefaultTrainingType,
        CancellationToken cancellationToken = default)
    {
        RequireId(phraseId);
        return SendAsync(HttpMethod.Post, "fine-tunes", Body(model, phrases, trainingType, phraseId), repeatable: true, cancellationToken);
    }

    /// <summary>A list: when and by which job it was made. The service does not return its phrases.</summary>
    /// <param name="phraseId">The list's id.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentException">There is no id.</exception>
    /// <exception cref="DashScopeRequestException">The service did not answer.</exception>
    /// <exception cref="ApiKeyNotFoundException">The service needs a key and there is none.</exception>
    public Task<PhraseResponse> QueryPhrasesAsync(string phraseId, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Get, PathOf(phraseId), null, repeatable: true, cancellationToken);

    /// <summary>The lists of the account, a page of them.</summary>
    /// <param name="page">The page, from 1.</param>
    /// <param name="pageSize">Lists on a page, 1 to 100.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="DashScopeRequestException">The service did not answer.</exception>
    /// <exception cref="ApiKeyNotFoundException">The service needs a key and there is none.</exception>
    public Task<PhraseResponse> ListPhrasesAsync(int page = 1, int pageSize = 10, CancellationToken cancellationToken = default)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"fine-tunes/outputs?page_no={page}&page_size={pageSize}");
        return SendAsync(HttpMethod.Get, path, null, repeatable: true, cancellationToken);
    }

    /// <summary>Deletes a list.</summary>
    /// <param name="phraseId">The list's id.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentException">There is no id.</exception>
    /// <exception cref="DashScopeRequestException">The service did not answer.</exception>
    /// <exception cref="ApiKeyNotFoundException">The service needs a key and there is none.</exception>
    public Task<PhraseResponse> DeletePhrasesAsync(string phraseId, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Delete, PathOf(phraseId), null, repeatable: true, cancellationToken);

    /// <summary>As <see cref="CreatePhrasesAsync"/>, waiting.</summary>
    /// <inheritdoc cref="CreatePhrasesAsync"/>
    public PhraseResponse CreatePhrases(ParaformerModel model, IReadOnlyDictionary<string, int> phrases, string trainingType = DefaultTrainingType) =>
        CreatePhrasesAsync(model, phrases, trainingType).GetAwaiter().GetResult();

    /// <summary>As <see cref="UpdatePhrasesAsync"/>, waiting.</summary>
    /// <inheritdoc cref="UpdatePhrasesAsync"/>
    public PhraseResponse UpdatePhrases(
        ParaformerModel model, string phraseId, IReadOnlyDictionary<string, int> phrases, string trainingType = DefaultTrainingType) =>
        UpdatePhrasesAsync(model, phraseId, phrases, trainingType).GetAwaiter().GetResult();

    /// <summary>As <see cref="QueryPhrasesAsync"/>, waiting.</summary>
    /// <inheritdoc cref="QueryPhrasesAsync"/>
    public PhraseResponse QueryPhrases(string phraseId) => QueryPhrasesAsync(phraseId).GetAwaiter().GetResult();

    /// <summary>As <see cref="ListPhrasesAsync"/>, waiting.</summary>
    /// <inheritdoc cref="ListPhrasesAsync"/>
    public PhraseResponse ListPhrases(int page = 1, int pageSize = 10) => ListPhrasesAsync(page, pageSize).GetAwaiter().GetResult();

    /// <summary>As <see cref="DeletePhrasesAsync"/>, waiting.</summary>
    /// <inheritdoc cref="DeletePhrasesAsync"/>
    public PhraseResponse DeletePhrases(string phraseId) => DeletePhrasesAsync(phraseId).GetAwaiter().GetResult();

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _api.Dispose();

    private static byte[] Body(ParaformerModel model, IReadOnlyDictionary<string, int> phrases, string trainingType, string? phraseId)
    {
        ArgumentException.ThrowIfNullOrEmpty(model.Value, nameof(model));
        if (phrases is null || phrases.Count == 0)
        {
            throw new ArgumentException("phrases is empty!", nameof(phrases));
        }

        if (string.IsNullOrEmpty(trainingType))
        {
            throw new ArgumentException("training_type is empty!", nameof(trainingType));
        }

        return PhraseMessages.Write(model.Value, phrases, trainingType, phraseId);
    }

    private static string PathOf(string phraseId)
    {
        RequireId(phraseId);
        return "fine-tunes/outputs/" + Uri.EscapeDataString(phraseId);
    }

    private static void RequireId(string phraseId)
    {
        if (string.IsNullOrEmpty(phraseId))
        {
            throw new ArgumentException("phrase_id is empty!", nameof(phraseId));
        }
    }

    private async Task<PhraseResponse> SendAsync(HttpMethod method, string path, byte[]? body, bool repeatable, CancellationToken cancellationToken) =>
        PhraseMessages.Read(await _api.SendAsync(method, path, body, repeatable, cancellationToken).ConfigureAwait(false));
}
