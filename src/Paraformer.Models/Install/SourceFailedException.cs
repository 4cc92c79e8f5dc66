namespace Paraformer.Models.Install;

/// <summary>A source did not deliver; the message is one line that says why.</summary>
internal sealed class SourceFailedException(string message, Exception? innerException = null) : Exception(message, innerException);
