using System.Reflection;
using System.Runtime.InteropServices;

namespace Paraformer.Client;

/// <summary>The headers of every request to the service.</summary>
internal static class RequestHeaders
{
    private static readonly string s_userAgent =
        $"paraformer-net/{Version()}; dotnet/{Environment.Version}; platform/{RuntimeInformation.RuntimeIdentifier}";

    /// <summary>The headers, the caller's own last, so that they win.</summary>
    public static IEnumerable<(string Name, string Value)> Build(RecognitionClientOptions options, string? key, Func<string, string?> variable)
    {
        if (key is not null)
        {
            yield return ("Authorization", $"Bearer {key}");
        }

        yield return ("User-Agent", string.IsNullOrEmpty(options.UserAgent) ? s_userAgent : $"{s_userAgent}; {options.UserAgent}");
        if (!string.IsNullOrEmpty(options.Workspace))
        {
            yield return ("X-DashScope-WorkSpace", options.Workspace);
        }

        if (options.DataInspection ?? variable("DASHSCOPE_DISABLE_DATA_INSPECTION") == "false")
        {
            yield return ("X-DashScope-DataInspection", "enable");
        }

        foreach ((string name, string value) in options.Headers ?? new Dictionary<string, string>())
        {
            yield return (name, value);
        }
    }

    private static string Version() =>
        typeof(RequestHeaders).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
