namespace Paraformer.Engine.Pipeline;

/// <summary>A recognised word on the stream's clock.</summary>
/// <param name="Text">The word.</param>
/// <param name="BeginMs">Start, in milliseconds from the stream's first sample.</param>
/// <param name="EndMs">End.</param>
/// <param name="Confidence">0 to 1.</param>
internal readonly record struct TimedWord(string Text, long BeginMs, long EndMs, float Confidence);
