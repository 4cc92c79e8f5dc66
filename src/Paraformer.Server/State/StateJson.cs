using System.Text.Json;
using System.Text.Json.Serialization;
using Paraformer.Engine;

namespace Paraformer.Server.State;

/// <summary>A hot word as it is kept and as it goes on the wire.</summary>
internal sealed record StoredWord(string Text, int Weight, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Lang = null)
{
    public HotWord ToHotWord() => new(Text, Weight, Lang);
}

/// <summary>Lists, as text columns hold them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoredWord[]))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StateJson : JsonSerializerContext
{
    public static string Write(IEnumerable<StoredWord> words) => JsonSerializer.Serialize([.. words], Default.StoredWordArray);

    public static string Write(IEnumerable<string> texts) => JsonSerializer.Serialize([.. texts], Default.StringArray);

    public static StoredWord[] ReadWords(string json) => JsonSerializer.Deserialize(json, Default.StoredWordArray) ?? [];

    public static string[] ReadTexts(string json) => JsonSerializer.Deserialize(json, Default.StringArray) ?? [];
}
