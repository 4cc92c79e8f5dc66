namespace Paraformer.Models;

/// <summary>Something is wrong with a pack. The message says which pack, which file, and what to do.</summary>
public sealed class ModelPackException(string packId, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The pack.</summary>
    public string PackId { get; } = packId;
}
