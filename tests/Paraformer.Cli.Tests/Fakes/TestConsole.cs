using System.Text;
using Paraformer.Cli.Terminal;
using Paraformer.Engine;
using Paraformer.Models;

namespace Paraformer.Cli.Tests.Fakes;

/// <summary>Runs the command line with captured streams.</summary>
internal sealed class TestConsole : IDisposable
{
    private readonly MemoryStream _output = new();
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public Stream? OutputStream { get; init; }

    public byte[] Input { get; init; } = [];

    public Stream? InputStream { get; init; }

    public bool IsTerminal { get; init; }

    public int Width { get; init; } = 80;

    public Dictionary<string, string> Variables { get; } = [];

    public IRecognitionEngine Engine { get; init; } = new ScriptedEngine();

    public CancellationToken Stop { get; init; }

    public string Output => Encoding.UTF8.GetString(_output.ToArray());

    public string Error => _error.ToString();

    public CliConsole Console => new()
    {
        OpenInput = () => InputStream ?? new PipeStream(Input),
        Output = OutputStream ?? _output,
        Error = _error,
        OutputIsTerminal = IsTerminal,
        ErrorIsTerminal = IsTerminal,
        Width = () => Width,
        Variable = name => Variables.GetValueOrDefault(name),
        Variables = () => new Dictionary<string, string>(Variables),
    };

    public Task<int> RunAsync(params string[] args) => CliApp.RunAsync(args, new CliServices
    {
        Console = Console,
        Stop = Stop,
        OpenStore = EmptyStore,
        CreateEngine = _ => Engine,
    });

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    private static ModelStore EmptyStore()
    {
        string folder = Path.Combine(Path.GetTempPath(), "paraformer-tests-no-packs");
        return new ModelStore(ModelCatalog.Parse("""{"schema":1,"starter":[],"models":[],"packs":[]}"""u8), new ModelStoreOptions { SearchPath = [], InstallFolder = folder });
    }
}
