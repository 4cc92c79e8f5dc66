namespace Paraformer.Protocol;

/// <summary>
/// The name of a real-time recognition model. An extensible value: any name that a service knows can be wrapped.
/// </summary>
/// <param name="Value">The name as it goes on the wire.</param>
public readonly record struct ParaformerModel(string Value)
{
    /// <summary>Any sample rate; zh with dialects, en, ja, yue, ko, de, fr, ru. Recommended.</summary>
    public static ParaformerModel RealtimeV2 { get; } = new("paraformer-realtime-v2");

    /// <summary>8 kHz telephone audio, zh, emotion recognition.</summary>
    public static ParaformerModel Realtime8kV2 { get; } = new("paraformer-realtime-8k-v2");

    /// <summary>16 kHz, zh.</summary>
    public static ParaformerModel RealtimeV1 { get; } = new("paraformer-realtime-v1");

    /// <summary>8 kHz telephone audio, zh.</summary>
    public static ParaformerModel Realtime8kV1 { get; } = new("paraformer-realtime-8k-v1");

    /// <summary>The four models, in the order of the service's documentation.</summary>
    public static IReadOnlyList<ParaformerModel> All { get; } = [RealtimeV2, Realtime8kV2, RealtimeV1, Realtime8kV1];

    /// <summary>Wraps a model name.</summary>
    public static implicit operator ParaformerModel(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
