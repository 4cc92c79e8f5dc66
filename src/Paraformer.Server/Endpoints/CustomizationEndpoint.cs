using Microsoft.AspNetCore.Http;
using Paraformer.Protocol;
using Paraformer.Server.State;
using Paraformer.Service;
using Paraformer.Service.HotWords;
using Paraformer.Service.Limits;

namespace Paraformer.Server.Endpoints;

/// <summary>Hot-word lists for the v2 models.</summary>
internal sealed class CustomizationEndpoint(VocabularyStore store, int maxPerAccount)
{
    private const string Model = "speech-biasing";
    private const string Usable = "OK";
    private const int MaxPrefixLength = 10;
    private const int MaxPageSize = 1000;
    private const int MaxPageIndex = 1_000_000;

    private static readonly ApiUsage s_usage = new(1);
    private static readonly string[] s_targets = [ParaformerModel.RealtimeV2.Value, ParaformerModel.Realtime8kV2.Value];

    public async Task HandleAsync(HttpContext context, ServiceCaller caller)
    {
        ApiInput body = await ApiInput.ReadAsync(context);
        if (body.String("model") != Model)
        {
            throw ApiException.UnknownModel;
        }

        ApiInput input = body.Object("input");
        await (input.String("action") switch
        {
            "create_vocabulary" => CreateAsync(context, caller, input),
            "list_vocabulary" => ListAsync(context, caller, input),
            "query_vocabulary" => QueryAsync(context, caller, input),
            "update_vocabulary" => UpdateAsync(context, caller, input),
            "delete_vocabulary" => DeleteAsync(context, caller, input),
            _ => throw input.Fault("action", "is none of create_vocabulary, list_vocabulary, query_vocabulary, update_vocabulary, delete_vocabulary"),
        });
    }

    private async Task CreateAsync(HttpContext context, ServiceCaller caller, ApiInput input)
    {
        string target = input.String("target_model");
        if (!s_targets.Contains(target))
        {
            throw ParaformerModel.All.Any(model => model.Value == target)
                ? input.Fault("target_model", $"takes phrase lists, not hot-word lists, which are for {string.Join(" and ", s_targets)}")
                : ApiException.UnknownModel;
        }

        string id = await store.CreateAsync(caller, ReadPrefix(input, input.String("prefix")), target, ReadWords(input), maxPerAccount, context.RequestAborted)
            ?? throw ApiException.QuotaExceeded(LimitNames.Vocabularies);
        await WriteAsync(context, new CreatedVocabulary(id), ServerJson.Default.CreatedVocabularyAnswer);
    }

    private async Task ListAsync(HttpContext context, ServiceCaller caller, ApiInput input)
    {
        string? prefix = input.OptionalString("prefix") is { Length: > 0 } given ? ReadPrefix(input, given) : null;
        int index = input.OptionalInteger("page_index") ?? 0;
        int size = input.OptionalInteger("page_size") ?? 10;
        if (index is < 0 or > MaxPageIndex)
        {
            throw input.Fault("page_index", $"is {index}; it must lie between 0 and {MaxPageIndex}");
        }

        if (size is < 1 or > MaxPageSize)
        {
            throw input.Fault("page_size", $"is {size}; it must lie between 1 and {MaxPageSize}");
        }

        List<Vocabulary> page = await store.ListAsync(caller, prefix, (long)index * size, size, context.RequestAborted);
        await WriteAsync(
            context,
            new VocabularyPage([.. page.Select(list => new VocabularySummary(list.Id, ApiRoutes.Text(list.CreatedAt), ApiRoutes.Text(list.ModifiedAt), Usable))]),
            ServerJson.Default.VocabularyPageAnswer);
    }

    private async Task QueryAsync(HttpContext context, ServiceCaller caller, ApiInput input)
    {
        Vocabulary list = await store.FindAsync(caller, input.String("vocabulary_id"), context.RequestAborted) ?? throw ApiException.UnknownResource;
        await WriteAsync(
            context,
            new VocabularyContent(ApiRoutes.Text(list.CreatedAt), ApiRoutes.Text(list.ModifiedAt), Usable, list.TargetModel, list.Words),
            ServerJson.Default.VocabularyContentAnswer);
    }

    private async Task UpdateAsync(HttpContext context, ServiceCaller caller, ApiInput input)
    {
        string id = input.String("vocabulary_id");
        await RequireAsync(store.UpdateAsync(caller, id, ReadWords(input), context.RequestAborted));
        await WriteAsync(context, new NoOutput(), ServerJson.Default.NoOutputAnswer);
    }

    private async Task DeleteAsync(HttpContext context, ServiceCaller caller, ApiInput input)
    {
        await RequireAsync(store.DeleteAsync(caller, input.String("vocabulary_id"), context.RequestAborted));
        await WriteAsync(context, new NoOutput(), ServerJson.Default.NoOutputAnswer);
    }

    private static async Task RequireAsync(Task<bool> found)
    {
        if (!await found)
        {
            throw ApiException.UnknownResource;
        }
    }

    private static string ReadPrefix(ApiInput input, string prefix) =>
        prefix.Length <= MaxPrefixLength && prefix.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c))
            ? prefix
            : throw input.Fault("prefix", $"must be 1 to {MaxPrefixLength} digits and lower-case letters");

    private static StoredWord[] ReadWords(ApiInput input)
    {
        ApiInput[] items = input.Objects("vocabulary");
        if (items.Length is 0 or > HotWordRules.MaxWords)
        {
            throw input.Fault("vocabulary", $"holds {items.Length} words; it must hold 1 to {HotWordRules.MaxWords}");
        }

        return [.. items.Select(ReadWord)];
    }

    private static StoredWord ReadWord(ApiInput item)
    {
        string text = item.String("text").Trim();
        if (HotWordRules.FindFault(text) is { } fault)
        {
            throw item.Fault("text", fault);
        }

        int weight = item.Integer("weight");
        if (!HotWordRules.IsWeight(weight))
        {
            throw item.Fault("weight", $"is {weight}; it must lie between 1 and 5");
        }

        string? language = item.OptionalString("lang") is { Length: > 0 } given ? given : null;
        return language is null || HotWordRules.Languages.Contains(language)
            ? new StoredWord(text, weight, language)
            : throw item.Fault("lang", $"is none of {string.Join(", ", HotWordRules.Languages)}");
    }

    private static Task WriteAsync<T>(HttpContext context, T output, System.Text.Json.Serialization.Metadata.JsonTypeInfo<ApiAnswer<T>> type) =>
        context.Response.WriteAsJsonAsync(new ApiAnswer<T>(output, ApiRoutes.NewRequestId(), s_usage), type, cancellationToken: context.RequestAborted);
}
