using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Paraformer.Testing;

namespace Paraformer.EndToEnd.Tests;

/// <summary>What people install: the packages, and a program that is compiled ahead of time. <c>./test</c> makes both.</summary>
public sealed class ReleaseTests(ServerFixture server)
{
    private const long MaxProgramBytes = 12 * 1000 * 1000;

    private static readonly string s_artifacts = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."));
    private static readonly string s_program = Path.Combine(s_artifacts, "aot", "Paraformer.AotApp");

    public static TheoryData<string> Packages => new("Audio", "Client", "Engine", "Extensions", "Local", "Models", "Protocol", "Server", "Service");

    [Fact]
    public async Task A_program_compiled_ahead_of_time_is_small_and_recognises()
    {
        Assert.SkipUnless(File.Exists(s_program), "the program compiled ahead of time is missing: ./test makes it where clang or gcc is installed");
        Assert.InRange(new FileInfo(s_program).Length, 1, MaxProgramBytes);

        using var process = Process.Start(new ProcessStartInfo(s_program, [server.Endpoint.AbsoluteUri, Samples.Austen])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        CommandResult result = await CommandLine.EndAsync(process, process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));

        Assert.True(result.ExitCode == 0, result.Errors);
        string text = string.Join(' ', result.OutputLines.Select(line => line.Split('\t')[2]));
        Assert.InRange(Words.Distance(string.Join(' ', Samples.Transcripts.Values), text), 0, 20);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_holds_its_library_its_documentation_and_its_description(string name)
    {
        string file = Directory.EnumerateFiles(s_artifacts, $"Paraformer.{name}.*.nupkg", SearchOption.AllDirectories).SingleOrDefault() ?? "";
        Assert.SkipWhen(file.Length == 0, $"the package Paraformer.{name} is missing: ./test makes it");
        using ZipArchive package = ZipFile.OpenRead(file);

        string[] entries = [.. package.Entries.Select(e => e.FullName)];
        Assert.Contains("README.md", entries);
        Assert.Contains("icon.png", entries);
        Assert.Contains($"lib/net10.0/Paraformer.{name}.dll", entries);
        Assert.Contains($"lib/net10.0/Paraformer.{name}.xml", entries);
        Assert.True(File.Exists(Path.ChangeExtension(file, ".snupkg")), "The symbols are missing.");
        using Stream specification = package.GetEntry($"Paraformer.{name}.nuspec")!.Open();
        XElement metadata = XDocument.Load(specification).Root!.Elements().Single();
        Assert.Equal("Apache-2.0", metadata.Elements().Single(e => e.Name.LocalName == "license").Value);
        Assert.NotEqual("Package Description", metadata.Elements().Single(e => e.Name.LocalName == "description").Value);
        Assert.DoesNotContain(metadata.Descendants().Attributes("id"), id => id.Value is "Paraformer.Testing");
    }
}
