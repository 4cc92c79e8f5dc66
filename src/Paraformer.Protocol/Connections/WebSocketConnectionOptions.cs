namespace Paraformer.Protocol;

/// <summary>Limits of a <see cref="WebSocketMessageConnection"/>, or of a server's connections.</summary>
public sealed record WebSocketConnectionOptions
{
    /// <summary>The longest text message that is accepted, in bytes; 1 to 512 MiB. Default 4 MiB.</summary>
    public int MaxTextMessageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>The largest piece in which binary data is delivered, in bytes; 1 to 16 MiB. Default 16 KiB.</summary>
    public int ReceiveBufferBytes { get; init; } = 16 * 1024;

    /// <summary>How long a close may take, the other side's answer included, before the connection is cut. Default 5 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
