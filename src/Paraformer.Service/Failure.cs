using Paraformer.Engine;
using Paraformer.Protocol;

namespace Paraformer.Service;

/// <summary>Why a task fails, as it goes on the wire.</summary>
/// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">What is wrong and what to do.</param>
internal readonly record struct Failure(string Code, string Message)
{
    private const int MaxValueLength = 64;

    public static Failure NoTask { get; } =
        new(ErrorCodes.InvalidParameter, "Missing required parameter 'payload.model'! Please follow the protocol!");

    public static Failure TaskRunning { get; } =
        new(ErrorCodes.InvalidParameter, "A task is running on this connection; send run-task again after its task-finished.");

    public static Failure NoAudio { get; } =
        new(ErrorCodes.NoValidAudio, "NO_VALID_AUDIO_ERROR: no audio was received before finish-task.");

    public static Failure Silent { get; } = new(ErrorCodes.RequestTimeOut, "Response timeout!");

    public static Failure Stopping { get; } =
        new(ErrorCodes.ModelUnavailable, "Model is unavailable, please try again later. The service is stopping.");

    public static Failure Internal { get; } =
        new(ErrorCodes.InternalError, "An internal error has occured, please try again later or contact service support.");

    public static Failure Full { get; } = new(
        ErrorCodes.ModelServingError, "Too many requests. Your requests are being throttled due to system capacity limits. Please try again later.");

    public static Failure RateExceeded { get; } =
        new(ErrorCodes.ThrottlingRateQuota, "Requests rate limit exceeded, please try again later.");

    public static Failure QuotaExceeded { get; } =
        new(ErrorCodes.ThrottlingAllocationQuota, "Allocated quota exceeded, please increase your quota limit.");

    public static Failure TooLong { get; } =
        new(ErrorCodes.RequestTimeOut, "Request timed out, please try again later. The task has run as long as a task may.");

    public static Failure InvalidKey { get; } = new(ErrorCodes.InvalidApiKey, "Invalid API-key provided.");

    public static Failure ModelDenied { get; } =
        new(ErrorCodes.ModelAccessDenied, "Access to model denied. Please make sure you are eligible for using the model.");

    public static Failure UnknownList { get; } = new(ErrorCodes.NotFound, "Not found!");

    public static Failure Invalid(string message) => new(ErrorCodes.InvalidParameter, message);

    public static Failure NoFrames(TimeSpan timeout) =>
        new(ErrorCodes.ClientError, FormattableString.Invariant($"request timeout after {timeout.TotalSeconds:0.###} seconds."));

    /// <summary>A value of the client's for a message, shortened: a message is no place for a megabyte.</summary>
    public static string Quote(string value) => $"'{Shorten(value)}'";

    /// <inheritdoc cref="Quote"/>
    public static string Shorten(string value) => value.Length <= MaxValueLength ? value : string.Concat(value.AsSpan(0, MaxValueLength), "…");

    private const string Unsupported = "unsupported audio format:";

    /// <summary>The failure that a fault of the engine stands for. What only the operator should know stays out of it.</summary>
    public static Failure From(Exception exception, string format) => exception switch
    {
        ProtocolException e => new(e.Code, e.Message),
        RecognitionException e => e.Error switch
        {
            RecognitionError.ModelNotFound => new(ErrorCodes.ModelNotFound, $"Model can not be found. {e.Message}"),
            RecognitionError.ModelUnavailable => new(ErrorCodes.ModelUnavailable, e.Message),
            RecognitionError.InvalidParameter => new(ErrorCodes.InvalidParameter, e.Message),
            RecognitionError.UnsupportedFormat => new(
                ErrorCodes.UnsupportedFormat,
                e.Message.StartsWith(Unsupported, StringComparison.Ordinal) ? e.Message : $"{Unsupported}{format}: {e.Message}"),
            RecognitionError.UndecodableAudio => new(ErrorCodes.NoValidAudio, $"Failed to decode audio: {e.Message}"),
            RecognitionError.Overloaded => Full,
            _ => Internal,
        },
        _ => Internal,
    };
}
