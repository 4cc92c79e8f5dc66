namespace Paraformer.Engine.Recognizers;

/// <summary>The one recogniser of an engine that chooses none: for measurements and tests.</summary>
/// <param name="PackId">The pack, or a name for what is not a pack.</param>
/// <param name="Load">Loads what is not a pack; null for a pack of the store.</param>
internal sealed record OnlyRecognizer(string PackId, Func<IRecognizerModel>? Load = null);
