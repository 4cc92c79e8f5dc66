using Paraformer.Protocol;

namespace Paraformer.Service.Requests;

/// <summary>Which parameters a model knows; the others are ignored, as the service documents it.</summary>
/// <param name="SampleRate">The only sample rate that the model takes, in Hz; null where it takes any.</param>
/// <param name="HasLanguageHints">Whether <c>language_hints</c> applies.</param>
/// <param name="IsSecondGeneration">Whether the parameters of the v2 models apply.</param>
internal readonly record struct ModelTraits(int? SampleRate, bool HasLanguageHints, bool IsSecondGeneration)
{
    /// <summary>A name that is none of the four has the traits of the most general model; the engine knows whether it exists.</summary>
    public static ModelTraits Of(ParaformerModel model) =>
        model == ParaformerModel.Realtime8kV2 ? new(8000, HasLanguageHints: false, IsSecondGeneration: true)
        : model == ParaformerModel.RealtimeV1 ? new(16000, HasLanguageHints: false, IsSecondGeneration: false)
        : model == ParaformerModel.Realtime8kV1 ? new(8000, HasLanguageHints: false, IsSecondGeneration: false)
        : new(null, HasLanguageHints: true, IsSecondGeneration: true);
}
