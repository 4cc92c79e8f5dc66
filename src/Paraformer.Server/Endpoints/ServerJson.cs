using System.Text.Json.Serialization;
using Paraformer.Engine;

namespace Paraformer.Server.Endpoints;

/// <summary>The answer of <c>GET /api/v1/models</c>.</summary>
internal sealed record ModelList(IReadOnlyList<ServedModel> Models, string RequestId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HttpError))]
[JsonSerializable(typeof(ModelList))]
internal sealed partial class ServerJson : JsonSerializerContext;
