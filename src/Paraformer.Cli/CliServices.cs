using Paraformer.Cli.Backends;
using Paraformer.Cli.Terminal;

namespace Paraformer.Cli;

/// <summary>What the commands work with; tests put their own in.</summary>
internal sealed record CliServices
{
    /// <summary>The standard streams.</summary>
    public required CliConsole Console { get; init; }

    /// <summary>Cancelled when the user wants the command to end in good order.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Makes the recogniser in this process.</summary>
    public required ILocalBackend Local { get; init; }

    /// <summary>Makes the client of a remote service.</summary>
    public Func<Uri, CliConsole, RecognitionClient> Remote { get; init; } = RemoteBackend.CreateClient;
}
