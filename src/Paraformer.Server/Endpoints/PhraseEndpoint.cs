using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Paraformer.Protocol;
using Paraformer.Server.State;
using Paraformer.Service;
using Paraformer.Service.HotWords;
using Paraformer.Service.Limits;

namespace Paraformer.Server.Endpoints;

/// <summary>Phrase lists for the v1 models, in the shape of a fine-tuning job that is done at once.</summary>
internal sealed class PhraseEndpoint(PhraseStore store, int maxPerAccount)
{
    private const string TrainingType = "compile_asr_phrase";
    private const int MaxPageSize = 100;
    private const int MaxPageNumber = 1_000_000;

    private static readonly string[] s_targets = [ParaformerModel.RealtimeV1.Value, ParaformerModel.Realtime8kV1.Value];

    /// <summary>Makes a list, or replaces the phrases of the one that <c>finetuned_output</c> names.</summary>
    public async Task CreateAsync(HttpContext context, ServiceCaller caller)
    {
        ApiInput body = await ApiInput.ReadAsync(context);
        string model = body.String("model");
        if (!s_targets.Contains(model))
        {
            throw ParaformerModel.All.Any(known => known.Value == model)
                ? body.Fault("model", $"takes hot-word lists, not phrase lists, which are for {string.Join(" and ", s_targets)}")
                : ApiException.UnknownModel;
        }

        if ((body.OptionalString("training_type") ?? TrainingType) != TrainingType)
        {
            throw body.Fault("training_type", $"must be {TrainingType}");
        }

        StoredWord[] words = ReadPhrases(body.Object("hyper_parameters"));
        PhraseList list = body.OptionalString("finetuned_output") is { Length: > 0 } id
            ? await UpdateAsync(caller, id, model, words, context.RequestAborted)
            : await store.CreateAsync(caller, model, words, maxPerAccount, context.RequestAborted) ?? throw ApiException.QuotaExceeded(LimitNames.PhraseLists);
        await WriteAsync(
            context, new PhraseJob(list.JobId, "SUCCEEDED", list.Id, TrainingType, list.Model, ApiRoutes.Text(list.CreatedAt)), ServerJson.Default.PhraseJobAnswer);
    }

    public async Task QueryAsync(HttpContext context, ServiceCaller caller)
    {
        PhraseList list = await store.FindAsync(caller, IdOf(context), context.RequestAborted) ?? throw ApiException.UnknownResource;
        await WriteAsync(context, Describe(list), ServerJson.Default.PhraseOutputAnswer);
    }

    public async Task ListAsync(HttpContext context, ServiceCaller caller)
    {
        int number = ApiRoutes.QueryInteger(context.Request, "page_no") ?? 1;
        int size = ApiRoutes.QueryInteger(context.Request, "page_size") ?? 10;
        if (number is < 1 or > MaxPageNumber)
        {
            throw ApiException.Invalid($"'page_no' is {number}; it must lie between 1 and {MaxPageNumber}.");
        }

        if (size is < 1 or > MaxPageSize)
        {
            throw ApiException.Invalid($"'page_size' is {size}; it must lie between 1 and {MaxPageSize}.");
        }

        (List<PhraseList> page, long total) = await store.ListAsync(caller, (number - 1L) * size, size, context.RequestAborted);
        await WriteAsync(context, new PhraseOutputs(number, size, total, [.. page.Select(Describe)]), ServerJson.Default.PhraseOutputsAnswer);
    }

    public async Task DeleteAsync(HttpContext context, ServiceCaller caller)
    {
        string id = IdOf(context);
        if (!await store.DeleteAsync(caller, id, context.RequestAborted))
        {
            throw ApiException.UnknownResource;
        }

        await WriteAsync(context, new DeletedPhrases(id), ServerJson.Default.DeletedPhrasesAnswer);
    }

    private async Task<PhraseList> UpdateAsync(ServiceCaller caller, string id, string model, StoredWord[] words, CancellationToken cancellationToken)
    {
        PhraseList old = await store.FindAsync(caller, id, cancellationToken) ?? throw ApiException.UnknownResource;
        if (old.Model != model)
        {
            throw ApiException.Invalid($"'model' is {model}, but the phrase list is for {old.Model}.");
        }

        return await store.UpdateAsync(caller, id, words, cancellationToken) ?? throw ApiException.UnknownResource;
    }

    private static StoredWord[] ReadPhrases(ApiInput parameters)
    {
        ApiInput phrases = parameters.Object("phrase_list");
        var words = new List<StoredWord>();
        foreach ((string name, int weight) in phrases.Integers())
        {
            string text = name.Trim();
            if (HotWordRules.FindPhraseFault(text) is { } fault)
            {
                throw phrases.Fault(text, fault);
            }

            if (!HotWordRules.IsPhraseWeight(weight))
            {
                throw phrases.Fault(text, $"has the weight {weight}; it must lie between 1 and 5, or between -6 and -1");
            }

            words.Add(new StoredWord(text, weight));
        }

        return words.Count is >= 1 and <= HotWordRules.MaxWords
            ? [.. words]
            : throw parameters.Fault("phrase_list", $"holds {words.Count} phrases; it must hold 1 to {HotWordRules.MaxWords}");
    }

    private static PhraseOutput Describe(PhraseList list) => new(ApiRoutes.Text(list.CreatedAt), list.Id, list.JobId, list.Model, "custom_resource");

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    private static Task WriteAsync<T>(HttpContext context, T output, JsonTypeInfo<ApiAnswer<T>> type) =>
        context.Response.WriteAsJsonAsync(new ApiAnswer<T>(output, ApiRoutes.NewRequestId()), type, cancellationToken: context.RequestAborted);
}
