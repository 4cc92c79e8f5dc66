namespace Paraformer.Models;

/// <summary>A catalogue cannot be used. The message says what is wrong, where in the file, and what is expected there.</summary>
public sealed class ModelCatalogException(string message, Exception? innerException = null) : Exception(message, innerException);
