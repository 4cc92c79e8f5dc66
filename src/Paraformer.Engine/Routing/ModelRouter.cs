using Paraformer.Models;

namespace Paraformer.Engine.Routing;

/// <summary>Decides which packs serve a request.</summary>
internal sealed class ModelRouter(ModelStore store, IReadOnlySet<string> runnableKinds)
{
    /// <summary>The route of a model.</summary>
    /// <exception cref="RecognitionException">The model is unknown.</exception>
    public ModelRoute Find(string model) =>
        store.Catalog.Models.FirstOrDefault(m => m.Model == model)
        ?? throw new RecognitionException(
            RecognitionError.ModelNotFound,
            $"'{model}' is none of {string.Join(", ", store.Catalog.Models.Select(m => m.Model))}");

    /// <summary>Every language of a model with the pack that serves it here, or with what to do about it.</summary>
    public IReadOnlyList<ServedLanguage> Describe(ModelRoute route) => [.. route.Languages.Select(Describe)];

    /// <summary>The languages of a request, in the order of its hints, served or not.</summary>
    /// <exception cref="RecognitionException">The request does not fit the model, or nothing here serves it.</exception>
    public IReadOnlyList<ServedLanguage> Route(StreamRequest request)
    {
        ModelRoute route = Find(request.Model);
        if (route.SampleRates.Count > 0 && !route.SampleRates.Contains(request.SampleRate))
        {
            throw new RecognitionException(
                RecognitionError.InvalidParameter,
                $"{request.Model} takes a sample_rate of {string.Join(" or ", route.SampleRates)} Hz, not {request.SampleRate}");
        }

        // Hints are for models that know several languages; the service ignores them elsewhere.
        bool hinted = request.Languages.Count > 0 && route.Languages.Count > 1;
        List<ServedLanguage> wanted = hinted
            ? [.. request.Languages.Select(code => Describe(Language(route, code)))]
            : [.. Describe(route)];
        if (wanted.All(l => l.Pack is null))
        {
            throw new RecognitionException(
                RecognitionError.ModelUnavailable,
                $"{request.Model} is not available for {string.Join("; ", wanted.Select(l => $"{l.Language}: {l.Remedy}"))}");
        }

        return wanted;
    }

    private static LanguageRoute Language(ModelRoute route, string code) =>
        route.Languages.FirstOrDefault(l => l.Language == code)
        ?? throw new RecognitionException(
            RecognitionError.InvalidParameter,
            $"language hint '{code}' is none of {string.Join(", ", route.Languages.Select(l => l.Language))}");

    private ServedLanguage Describe(LanguageRoute language)
    {
        string remedy = "no pack for it exists in this version";
        foreach (string id in language.Packs)
        {
            PackDescriptor? pack = store.Catalog.FindPack(id);
            if (pack is null || !runnableKinds.Contains(pack.Kind))
            {
                remedy = $"this version cannot run pack {id}";
                continue;
            }

            if (FirstMissing(pack) is not { } missing)
            {
                return new ServedLanguage(language.Language, id, null);
            }

            remedy = missing;
        }

        return new ServedLanguage(language.Language, null, remedy);
    }

    private string? FirstMissing(PackDescriptor pack)
    {
        foreach (string id in pack.Requires.Append(pack.Id))
        {
            PackStatus status = store.Describe(id);
            if (status.State != PackState.Installed)
            {
                return status.Detail;
            }
        }

        return null;
    }
}
