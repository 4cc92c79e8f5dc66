using System.CommandLine;
using Paraformer.Client;

namespace Paraformer.Cli.Commands;

/// <summary>How commands reach the HTTP interfaces of a service.</summary>
internal static class ServiceAccess
{
    private const string ApiPath = "/api/v1";
    private const int NoAnswer = RecognitionStatus.ClientError;

    /// <summary><c>--endpoint</c>.</summary>
    public static Option<Uri?> Endpoint()
    {
        var option = new Option<Uri?>("--endpoint")
        {
            Description = "The service's address, http(s):// or ws(s)://; the key comes from DASHSCOPE_API_KEY. Without it, DASHSCOPE_HTTP_BASE_URL or the public service.",
            HelpName = "URL",
            CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" or "ws" or "wss"
                ? address
                : Refuse(result),
            Recursive = true,
        };
        return option;
    }

    /// <summary>The client's options for an address; null for the address of the environment.</summary>
    public static RecognitionClientOptions Options(CliServices services, Uri? endpoint) => new()
    {
        ApiKey = services.Console.Variable("DASHSCOPE_API_KEY"),
        HttpEndpoint = endpoint is null ? null : HttpAddress(endpoint),
        UserAgent = "paraformer-cli/" + VersionCommand.Version,
    };

    /// <summary>Runs work on a service and puts its failures into the words of the command line.</summary>
    /// <exception cref="CliException">It failed.</exception>
    public static async Task<int> RunAsync(Uri? endpoint, Func<Task> work)
    {
        try
        {
            await work();
            return ExitCodes.Ok;
        }
        catch (DashScopeRequestException refused)
        {
            string what = $"{refused.Message.TrimEnd('.')} (code {refused.Code}, request {refused.RequestId ?? "none"})";
            throw CliException.Failed(what, Name(endpoint), refused.StatusCode switch
            {
                401 or 403 => "check DASHSCOPE_API_KEY",
                NoAnswer => "check the address of --endpoint and the network",
                _ => "mend the request",
            }, refused);
        }
        catch (ArgumentException problem)
        {
            throw new CliException(ExitCodes.Usage, problem.Message.Split(" (Parameter", 2)[0], problem);
        }
        catch (ApiKeyNotFoundException problem)
        {
            throw CliException.Usage("there is no API key for the service", Name(endpoint), "set DASHSCOPE_API_KEY, or name another service with --endpoint", problem);
        }
    }

    private static string Name(Uri? endpoint) => endpoint?.GetLeftPart(UriPartial.Authority) ?? "the service of DASHSCOPE_HTTP_BASE_URL, or the public one";

    private static Uri HttpAddress(Uri endpoint)
    {
        string scheme = endpoint.Scheme is "ws" or "http" ? "http" : "https";
        bool isWebSocket = endpoint.Scheme is "ws" or "wss";
        string path = isWebSocket || endpoint.AbsolutePath == "/" ? ApiPath : endpoint.AbsolutePath;
        return new UriBuilder(endpoint) { Scheme = scheme, Path = path, Query = "" }.Uri;
    }

    private static Uri? Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--endpoint {result.Tokens[0].Value} is no http://, https://, ws:// or wss:// address");
        return null;
    }
}
