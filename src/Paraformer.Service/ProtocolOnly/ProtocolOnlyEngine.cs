using Paraformer.Engine;
using Paraformer.Protocol;

namespace Paraformer.Service.ProtocolOnly;

/// <summary>
/// Recognises nothing: its sentences follow from the length of the audio alone, always the same for the same audio. It is there to
/// load and test everything around recognition, and never serves unless it is chosen. Audio is taken to be 16-bit mono where the
/// format is <c>pcm</c> or <c>wav</c>, and to run at 32 kbit/s otherwise; it is never decoded.
/// </summary>
public sealed class ProtocolOnlyEngine : IRecognitionEngine
{
    /// <summary>The name under which it stands where packs are named.</summary>
    public const string PackName = "protocol-only";

    private static readonly string[] s_languages = ["zh", "en", "ja", "yue", "ko", "de", "fr", "ru"];

    private readonly ProtocolOnlyOptions _options;

    /// <summary>Makes the engine.</summary>
    /// <param name="options">What it pretends to hear; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ProtocolOnlyEngine(ProtocolOnlyOptions? options = null)
    {
        _options = options ?? new ProtocolOnlyOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public ValueTask<IRecognitionStream> StartAsync(StreamRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        if (!ParaformerModel.All.Contains(request.Model))
        {
            throw new RecognitionException(RecognitionError.ModelNotFound, $"'{Failure.Shorten(request.Model)}' is none of {string.Join(", ", ParaformerModel.All)}.");
        }

        return ValueTask.FromResult<IRecognitionStream>(new ProtocolOnlyStream(_options, request));
    }

    /// <inheritdoc/>
    public IReadOnlyList<ServedModel> DescribeModels() =>
        [.. ParaformerModel.All.Select(model => new ServedModel(model.ToString(), [.. s_languages.Select(language => new ServedLanguage(language, PackName, null))]))];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
