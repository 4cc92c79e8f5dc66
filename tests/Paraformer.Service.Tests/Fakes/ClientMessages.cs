using System.Text.Json.Nodes;

namespace Paraformer.Service.Tests.Fakes;

/// <summary>Text frames as the SDKs send them.</summary>
internal static class ClientMessages
{
    public static string RunTask(string taskId, string model = "paraformer-realtime-v2", string parameters = """{"format":"pcm","sample_rate":16000}""", string resources = "[]") =>
        new JsonObject
        {
            ["header"] = new JsonObject { ["action"] = "run-task", ["task_id"] = taskId, ["streaming"] = "duplex" },
            ["payload"] = new JsonObject
            {
                ["task_group"] = "audio",
                ["task"] = "asr",
                ["function"] = "recognition",
                ["model"] = model,
                ["parameters"] = JsonNode.Parse(parameters),
                ["resources"] = JsonNode.Parse(resources),
                ["input"] = new JsonObject(),
            },
        }.ToJsonString();

    public static string FinishTask(string taskId) => Action("finish-task", taskId);

    public static string Action(string action, string taskId) =>
        new JsonObject
        {
            ["header"] = new JsonObject { ["action"] = action, ["task_id"] = taskId, ["streaming"] = "duplex" },
            ["payload"] = new JsonObject { ["input"] = new JsonObject() },
        }.ToJsonString();
}
