using Paraformer.Models.Tests.Support;

namespace Paraformer.Models.Tests.Install;

public sealed class RealNpmTests
{
    [Fact]
    public async Task The_voice_activity_detector_comes_from_npm_whole_and_verified()
    {
        string? missing = await Npm.WhatIsMissingAsync("@ricky0123/vad-web@0.0.31");
        Assert.SkipWhen(missing is not null, $"Needs the npm client and its registry: {missing}.");
        using TemporaryFolder folder = new();
        ModelStore store = new(ModelCatalog.Load(null), new ModelStoreOptions { SearchPath = [], InstallFolder = folder.Path });

        InstalledPack pack = await store.InstallAsync("vad-silero", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(Path.Combine(folder.Path, "vad-silero"), pack.Folder);
        Assert.Equal(2327524, new FileInfo(pack.PathOf("silero_vad.onnx")).Length);
        PackVerification verification = await store.VerifyAsync("vad-silero", TestContext.Current.CancellationToken);
        Assert.True(verification.IsIntact);
    }
}
