namespace Paraformer.Client;

/// <summary>
/// Receives what happens during a <see cref="Recognition"/>. The methods are called one at a time, in this order: <see cref="OnOpen"/>,
/// <see cref="OnEvent"/> for each result, <see cref="OnComplete"/> or <see cref="OnError"/>, <see cref="OnClose"/>. If connecting
/// fails, <see cref="OnError"/> and <see cref="OnClose"/> alone. An exception in one of them does not disturb the recognition:
/// it is logged, and <see cref="Recognition.Stop"/> throws the first.
/// </summary>
public abstract class RecognitionCallback
{
    /// <summary>The connection to the service is there. Audio may be sent before already.</summary>
    public virtual void OnOpen()
    {
    }

    /// <summary>A partial or final sentence.</summary>
    public virtual void OnEvent(RecognitionResult result)
    {
    }

    /// <summary>Every result has been delivered.</summary>
    public virtual void OnComplete()
    {
    }

    /// <summary>The recognition failed; <see cref="RecognitionResult.Code"/> and <see cref="RecognitionResult.Message"/> say why.</summary>
    public virtual void OnError(RecognitionResult result)
    {
    }

    /// <summary>
    /// The connection was lost and the recognition goes on with a new one, but this stretch of the audio could not be sent again. Comes before
    /// the sentence that follows the gap.
    /// </summary>
    public virtual void OnAudioLost(AudioRange range)
    {
    }

    /// <summary>The recognition is over. Called exactly once for each <see cref="Recognition.Start"/>.</summary>
    public virtual void OnClose()
    {
    }
}
