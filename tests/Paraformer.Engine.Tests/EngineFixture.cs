using Paraformer.Engine.Tests;
using Paraformer.Testing;

[assembly: AssemblyFixture(typeof(EngineFixture))]

namespace Paraformer.Engine.Tests;

/// <summary>One engine on the real packs for all tests of this assembly.</summary>
public sealed class EngineFixture : IAsyncDisposable
{
    public RecognitionEngine Engine { get; } = RecognitionEngine.Create(Packs.Store);

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}
