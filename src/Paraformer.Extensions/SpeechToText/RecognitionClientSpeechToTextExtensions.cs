using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Paraformer.Client;
using Paraformer.Protocol;

namespace Paraformer.Extensions;

/// <summary>Offers recognition clients as those of Microsoft.Extensions.AI.</summary>
public static class RecognitionClientSpeechToTextExtensions
{
    /// <summary>
    /// A view of a client as <see cref="ISpeechToTextClient"/>. Audio is recognised as what its first bytes show it to be (WAV, MP3,
    /// Ogg with Opus or Speex, ADTS AAC, AMR), else as raw 16-bit PCM at <see cref="SpeechToTextOptions.SpeechSampleRate"/>.
    /// </summary>
    /// <param name="client">The client; not disposed of with the view.</param>
    /// <param name="model">The model where the caller names none; null for <c>paraformer-realtime-v2</c>.</param>
    /// <param name="languageHints">The languages to expect where the caller names none; null for the service's default.</param>
    [Experimental("MEAI001")]
    public static ISpeechToTextClient AsSpeechToTextClient(
        this RecognitionClient client, ParaformerModel? model = null, IReadOnlyList<string>? languageHints = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        return new ParaformerSpeechToTextClient(client, model ?? ParaformerModel.RealtimeV2, languageHints is { Count: > 0 } ? languageHints : null);
    }
}
