using Paraformer.Client;
using Paraformer.Protocol;

namespace Paraformer.Cli.Recognition;

/// <summary>Puts failures of a recognition into the words of the command line.</summary>
internal static class Failures
{
    /// <summary>The error to tell; null for exceptions that are none of a recognition.</summary>
    public static CliException? Translate(Exception failure, Uri? endpoint)
    {
        string where = endpoint?.GetLeftPart(UriPartial.Path) ?? "this machine";
        return failure switch
        {
            ApiKeyNotFoundException => CliException.Usage("there is no API key for the service", where, "set DASHSCOPE_API_KEY", failure),
            HandshakeRefusedException { StatusCode: 401 or 403 } refused => CliException.Failed(
                $"the service refused the API key: {refused.Message.TrimEnd('.')} [{refused.Code}]", where, "check DASHSCOPE_API_KEY", failure),
            HandshakeRefusedException refused => CliException.Failed(
                $"the service refused the connection with HTTP {refused.StatusCode}: {refused.Message.TrimEnd('.')} [{refused.Code}]", where, "check the address of --endpoint", failure),
            RecognitionConnectionException { Code: ClientErrorCodes.ConnectionFailed } unreachable => CliException.Failed(
                "the service cannot be reached: " + unreachable.Message.TrimEnd('.'), where, "check the address of --endpoint and the network", failure),
            RecognitionFailedException failed => new CliException(
                ExitCodes.Failed, $"the task failed: {failed.Message} (code {failed.Code}, request {failed.RequestId ?? "none"}){Remedy(failed.Code)}", failure),
            _ => null,
        };
    }

    private static string Remedy(string code) => code switch
    {
        ErrorCodes.ModelUnavailable => ": see paraformer models list",
        ErrorCodes.RequestTimeOut => ": leave --heartbeat on for recordings with long silence",
        _ => "",
    };
}
