using System.Text.Json;

namespace Paraformer.Models.Catalog;

/// <summary>Reads and checks a catalogue: every rule broken is an error that names its place in the file.</summary>
internal static class CatalogReader
{
    private const int Schema = 1;

    public static ModelCatalog Read(ReadOnlySpan<byte> utf8Json, string platform)
    {
        ReadOnlySpan<byte> text = utf8Json.StartsWith("\uFEFF"u8) ? utf8Json[3..] : utf8Json;
        CatalogDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(text, CatalogJson.Default.CatalogDocument);
        }
        catch (JsonException exception)
        {
            throw new ModelCatalogException($"The catalogue is not valid JSON of its schema: {exception.Message}", exception);
        }

        if (document is null)
        {
            throw new ModelCatalogException("The catalogue is 'null'; an object is expected.");
        }

        if (document.Schema != Schema)
        {
            throw Error("schema", document.Schema is null
                ? $"is missing; this version reads schema {Schema}"
                : $"is {document.Schema}; this version reads schema {Schema}");
        }

        List<PackDefinition> packs = PackReader.ReadAll(document.Packs, platform);
        HashSet<string> ids = [.. packs.Select(pack => pack.Descriptor.Id)];
        List<string> starter = PackIds(document.Starter, "starter", ids);
        return new ModelCatalog(packs, starter, Routes(document.Models, ids), platform);
    }

    public static ModelCatalogException Error(string place, string problem) =>
        new($"In the catalogue, {place} {problem}.");

    public static string Required(string? value, string place) =>
        string.IsNullOrWhiteSpace(value) ? throw Error(place, "is missing or empty") : value;

    public static List<string> Texts(List<string?>? values, string place)
    {
        List<string> texts = [];
        for (int i = 0; i < (values?.Count ?? 0); i++)
        {
            string text = Required(values![i], $"{place}[{i}]");
            if (texts.Contains(text))
            {
                throw Error($"{place}[{i}]", $"repeats '{text}'");
            }

            texts.Add(text);
        }

        return texts;
    }

    public static List<string> PackIds(List<string?>? values, string place, HashSet<string> known)
    {
        List<string> ids = Texts(values, place);
        for (int i = 0; i < ids.Count; i++)
        {
            if (!known.Contains(ids[i]))
            {
                throw Error($"{place}[{i}]", $"names the pack '{ids[i]}', which is not among 'packs'");
            }
        }

        return ids;
    }

    private static List<ModelRoute> Routes(List<ModelEntry?>? entries, HashSet<string> packs)
    {
        List<ModelRoute> routes = [];
        for (int i = 0; i < (entries?.Count ?? 0); i++)
        {
            string place = $"models[{i}]";
            ModelEntry entry = entries![i] ?? throw Error(place, "is null");
            string model = Required(entry.Model, $"{place}.model");
            if (routes.Exists(route => route.Model == model))
            {
                throw Error($"{place}.model", $"repeats '{model}'");
            }

            List<int> rates = entry.SampleRates ?? [];
            if (rates.FindIndex(rate => rate is < 1000 or > 768_000) is var wrong and >= 0)
            {
                throw Error($"{place}.sampleRates[{wrong}]", $"is {rates[wrong]}; a sample rate in Hz from 1000 to 768000 is expected");
            }

            routes.Add(new ModelRoute(model, rates, Languages(entry.Languages, $"{place}.languages", packs)));
        }

        return routes;
    }

    private static List<LanguageRoute> Languages(List<LanguageEntry?>? entries, string place, HashSet<string> packs)
    {
        List<LanguageRoute> routes = [];
        for (int i = 0; i < (entries?.Count ?? 0); i++)
        {
            LanguageEntry entry = entries![i] ?? throw Error($"{place}[{i}]", "is null");
            string language = Required(entry.Language, $"{place}[{i}].language");
            if (routes.Exists(route => route.Language == language))
            {
                throw Error($"{place}[{i}].language", $"repeats '{language}'");
            }

            routes.Add(new LanguageRoute(language, PackIds(entry.Packs, $"{place}[{i}].packs", packs)));
        }

        return routes;
    }
}
