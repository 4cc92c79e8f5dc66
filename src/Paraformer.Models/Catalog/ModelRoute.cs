namespace Paraformer.Models;

/// <summary>Which packs serve one of the service's models.</summary>
/// <param name="Model">The model's name as clients ask for it, such as <c>paraformer-realtime-v2</c>.</param>
/// <param name="SampleRates">Sample rates that the model takes, in Hz; empty means any.</param>
/// <param name="Languages">The model's languages, in the order in which the service documents them.</param>
public sealed record ModelRoute(string Model, IReadOnlyList<int> SampleRates, IReadOnlyList<LanguageRoute> Languages);

/// <summary>Which packs serve one language of a model.</summary>
/// <param name="Language">Language code as in <c>language_hints</c>: <c>zh</c>, <c>en</c>, <c>yue</c>, …</param>
/// <param name="Packs">Pack ids, best first; the first installed one serves. Empty when the catalogue knows no pack for the language.</param>
public sealed record LanguageRoute(string Language, IReadOnlyList<string> Packs);
