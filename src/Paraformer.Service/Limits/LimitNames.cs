namespace Paraformer.Service.Limits;

/// <summary>The values of the tag <c>limit</c> of the instruments <c>paraformer.limits.*</c>.</summary>
internal static class LimitNames
{
    public const string Sessions = "sessions";
    public const string SessionsPerKey = "sessions_per_key";
    public const string Submissions = "submissions";
    public const string TasksPerConnection = "tasks_per_connection";
    public const string TaskDuration = "task_duration";
    public const string TextMessages = "text_messages";
    public const string MessageSize = "message_size";
    public const string AudioSpeed = "audio_speed";
    public const string EarlyAudio = "early_audio";
    public const string Frames = "frames";
    public const string Connections = "connections";
    public const string ConnectionsPerAddress = "connections_per_address";
    public const string SendTimeout = "send_timeout";
    public const string FrameTimeout = "frame_timeout";
    public const string Silence = "silence";
    public const string Idle = "idle";
    public const string Drain = "drain";
    public const string TaskIdLength = "task_id_length";
    public const string ApiRequests = "api_requests";
    public const string Vocabularies = "vocabularies";
    public const string PhraseLists = "phrase_lists";
    public const string HttpBody = "http_body";
    public const string RequestLine = "request_line";
    public const string RequestHeaders = "request_headers";
    public const string Handshake = "handshake";
}
