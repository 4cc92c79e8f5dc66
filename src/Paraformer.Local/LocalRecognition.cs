using Paraformer.Client;
using Paraformer.Engine;
using Paraformer.Service.HotWords;

namespace Paraformer.Local;

/// <summary>Recognition in this process, with the client's API: no service, no key, no network.</summary>
public static class LocalRecognition
{
    /// <summary>Makes a client on an engine.</summary>
    /// <param name="engine">Recognises the audio.</param>
    /// <param name="ownsEngine">Whether disposing of the client disposes of the engine.</param>
    /// <param name="options">Further options of the client; its <see cref="RecognitionClientOptions.Transport"/> is replaced, and there is no pool: connecting costs nothing here.</param>
    /// <param name="hotWords">Where hot words come from, such as a <see cref="HotWordRegistry"/>; null, the default: there are none.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static RecognitionClient CreateClient(
        IRecognitionEngine engine, bool ownsEngine = false, RecognitionClientOptions? options = null, IHotWordSource? hotWords = null)
    {
        var transport = new LocalTransport(engine, ownsEngine, options: null, hotWords);
        return new RecognitionClient((options ?? new RecognitionClientOptions()) with { Transport = transport, MaxPooledConnections = 0 });
    }
}
