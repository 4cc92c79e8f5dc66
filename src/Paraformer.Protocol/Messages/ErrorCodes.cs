namespace Paraformer.Protocol;

/// <summary>The service's error codes, as they stand in <c>header.error_code</c> and in HTTP error bodies.</summary>
public static class ErrorCodes
{
    /// <summary>No frame from the client for 23 seconds.</summary>
    public const string ClientError = "CLIENT_ERROR";

    /// <summary>Silence for 60 seconds without heartbeat.</summary>
    public const string RequestTimeOut = "RequestTimeOut";

    /// <summary>A missing, misplaced or invalid field.</summary>
    public const string InvalidParameter = "InvalidParameter";

    /// <summary>No audio, or audio that cannot be decoded.</summary>
    public const string NoValidAudio = "NO_VALID_AUDIO_ERROR";

    /// <summary>A value of <c>format</c> that is not served.</summary>
    public const string UnsupportedFormat = "UNSUPPORTED_FORMAT";

    /// <summary>A model name that the service does not know.</summary>
    public const string ModelNotFound = "ModelNotFound";

    /// <summary>A model that cannot serve at present: no pack for the language, or overload.</summary>
    public const string ModelUnavailable = "ModelUnavailable";

    /// <summary>An unknown hot-word list.</summary>
    public const string NotFound = "NotFound";

    /// <summary>A missing or wrong API key.</summary>
    public const string InvalidApiKey = "InvalidApiKey";

    /// <summary>A fault of the service.</summary>
    public const string InternalError = "InternalError";

    /// <summary>The service is full.</summary>
    public const string ModelServingError = "ModelServingError";

    /// <summary>Too many requests.</summary>
    public const string ThrottlingRateQuota = "Throttling.RateQuota";

    /// <summary>Too much at the same time.</summary>
    public const string ThrottlingAllocationQuota = "Throttling.AllocationQuota";

    /// <summary>The request is not allowed from where it comes.</summary>
    public const string AccessDenied = "AccessDenied";

    /// <summary>The key is for other models.</summary>
    public const string ModelAccessDenied = "Model.AccessDenied";

    /// <summary>The key is for other workspaces.</summary>
    public const string NotAuthorized = "NOT AUTHORIZED";

    /// <summary>No name of a workspace.</summary>
    public const string WorkspaceNotFound = "WorkSpaceNotFound";

    /// <summary>An unknown hot-word or phrase list, over HTTP.</summary>
    public const string ResourceNotExist = "BadRequest.ResourceNotExist";

    /// <summary>The client went away in mid-task; only in logs.</summary>
    public const string ClientDisconnect = "ClientDisconnect";
}
