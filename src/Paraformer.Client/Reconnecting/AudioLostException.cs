namespace Paraformer.Client;

/// <summary>
/// The connection was lost, and audio that no final sentence covers can no longer be sent again: it has left the buffer of
/// <see cref="ReconnectPolicy.BufferLength"/>, or its format can only be recognised from its start.
/// </summary>
/// <param name="range">The audio that was lost.</param>
/// <param name="message">What went wrong.</param>
/// <param name="innerException">The loss of the connection.</param>
public sealed class AudioLostException(AudioRange range, string message, Exception? innerException = null)
    : RecognitionFailedException(ClientErrorCodes.AudioLost, message, RecognitionStatus.ClientError, requestId: null, innerException)
{
    /// <summary>The audio that was lost.</summary>
    public AudioRange Range { get; } = range;
}
