using System.Text.Json.Serialization;
using Paraformer.Engine;
using Paraformer.Server.State;

namespace Paraformer.Server.Endpoints;

/// <summary>The answer of <c>GET /api/v1/models</c>.</summary>
internal sealed record ModelList(IReadOnlyList<ServedModel> Models, string RequestId);

/// <summary>A good answer of the customization and fine-tune endpoints.</summary>
internal sealed record ApiAnswer<T>(T Output, string RequestId, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ApiUsage? Usage = null);

internal sealed record ApiUsage(int Count);

internal sealed record NoOutput;

internal sealed record CreatedVocabulary(string VocabularyId);

internal sealed record VocabularyPage([property: JsonPropertyName("vocabulary_list")] IReadOnlyList<VocabularySummary> Vocabularies);

internal sealed record VocabularySummary(string VocabularyId, string GmtCreate, string GmtModified, string Status);

internal sealed record VocabularyContent(string GmtCreate, string GmtModified, string Status, string TargetModel, IReadOnlyList<StoredWord> Vocabulary);

internal sealed record PhraseJob(string JobId, string Status, string FinetunedOutput, string TrainingType, string Model, string CreateTime);

internal sealed record PhraseOutput(string CreateTime, string FinetunedOutput, string JobId, string Model, string OutputType);

internal sealed record PhraseOutputs(int PageNo, int PageSize, long Total, [property: JsonPropertyName("finetuned_outputs")] IReadOnlyList<PhraseOutput> Outputs);

internal sealed record DeletedPhrases(string FinetunedOutput);

internal sealed record NewToken(string Token, long ExpiresAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HttpError))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(NewToken))]
[JsonSerializable(typeof(ApiAnswer<NoOutput>), TypeInfoPropertyName = "NoOutputAnswer")]
[JsonSerializable(typeof(ApiAnswer<CreatedVocabulary>), TypeInfoPropertyName = "CreatedVocabularyAnswer")]
[JsonSerializable(typeof(ApiAnswer<VocabularyPage>), TypeInfoPropertyName = "VocabularyPageAnswer")]
[JsonSerializable(typeof(ApiAnswer<VocabularyContent>), TypeInfoPropertyName = "VocabularyContentAnswer")]
[JsonSerializable(typeof(ApiAnswer<PhraseJob>), TypeInfoPropertyName = "PhraseJobAnswer")]
[JsonSerializable(typeof(ApiAnswer<PhraseOutput>), TypeInfoPropertyName = "PhraseOutputAnswer")]
[JsonSerializable(typeof(ApiAnswer<PhraseOutputs>), TypeInfoPropertyName = "PhraseOutputsAnswer")]
[JsonSerializable(typeof(ApiAnswer<DeletedPhrases>), TypeInfoPropertyName = "DeletedPhrasesAnswer")]
internal sealed partial class ServerJson : JsonSerializerContext;
