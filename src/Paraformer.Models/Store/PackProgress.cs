namespace Paraformer.Models;

/// <summary>How far an installation is.</summary>
/// <param name="PackId">The pack being installed, which may be one that the asked-for pack requires.</param>
/// <param name="Step">What is being done, for people: <c>downloading …</c>, <c>unpacking …</c>, <c>verifying …</c>.</param>
/// <param name="BytesDone">Bytes done of the step.</param>
/// <param name="BytesTotal">Bytes of the step; null when not known.</param>
public sealed record PackProgress(string PackId, string Step, long BytesDone, long? BytesTotal);
