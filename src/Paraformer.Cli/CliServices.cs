using Paraformer.Cli.Packs;
using Paraformer.Cli.Recognition;
using Paraformer.Cli.Terminal;
using Paraformer.Engine;
using Paraformer.Models;

namespace Paraformer.Cli;

/// <summary>What the commands work with; tests put their own in.</summary>
internal sealed record CliServices
{
    /// <summary>The standard streams.</summary>
    public required CliConsole Console { get; init; }

    /// <summary>Cancelled when the user wants the command to end in good order.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Opens the packs of this machine.</summary>
    public Func<ModelStore> OpenStore { get; init; } = PackSetup.OpenStore;

    /// <summary>Makes an engine on the packs of this machine.</summary>
    public Func<ModelStore, IRecognitionEngine> CreateEngine { get; init; } = EngineFactory.Create;
}
