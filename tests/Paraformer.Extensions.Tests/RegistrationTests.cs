using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Paraformer.Client;
using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Extensions.Tests;

public sealed class RegistrationTests
{
    private static readonly RecognitionOptions s_request = new(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000);

    [Fact]
    public async Task The_default_client_recognises_and_is_one_for_all()
    {
        var fake = new FakeService(FakeService.Answering("hello"));
        await using ServiceProvider provider = new ServiceCollection().AddParaformer(o => o.TransportFactory = _ => fake).BuildServiceProvider();

        var client = provider.GetRequiredService<RecognitionClient>();
        string[] texts = await FinalsAsync(client);

        Assert.Equal(["hello"], texts);
        Assert.Same(client, provider.GetRequiredService<RecognitionClient>());
        Assert.NotNull(provider.GetRequiredService<VocabularyService>());
        Assert.NotNull(provider.GetRequiredService<AsrPhraseManager>());
        Assert.NotNull(provider.GetRequiredService<TemporaryTokenService>());
        Assert.Same(client, provider.GetRequiredService<ISpeechToTextClient>().GetService(typeof(RecognitionClient)));
    }

    [Fact]
    public async Task Disposing_the_provider_disposes_the_client_and_its_transport()
    {
        var fake = new FakeService(FakeService.Answering());
        ServiceProvider provider = new ServiceCollection().AddParaformer(o => o.TransportFactory = _ => fake).BuildServiceProvider();
        provider.GetRequiredService<RecognitionClient>();

        await provider.DisposeAsync();

        Assert.True(fake.IsDisposed);
    }

    [Fact]
    public async Task Named_clients_are_keyed_services_with_options_of_their_own()
    {
        await using ServiceProvider provider = new ServiceCollection()
            .AddParaformer("calls", o => o.TransportFactory = _ => new FakeService(FakeService.Answering("from calls")))
            .AddParaformer("meetings", o => o.TransportFactory = _ => new FakeService(FakeService.Answering("from meetings")))
            .BuildServiceProvider();

        Assert.Equal(["from calls"], await FinalsAsync(provider.GetRequiredKeyedService<RecognitionClient>("calls")));
        Assert.Equal(["from meetings"], await FinalsAsync(provider.GetRequiredKeyedService<RecognitionClient>("meetings")));
        Assert.Null(provider.GetService<RecognitionClient>());
    }

    [Fact]
    public void Options_come_from_configuration()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Paraformer:Endpoint"] = "wss://speech.example/api-ws/v1/inference",
            ["Paraformer:ConnectTimeout"] = "00:00:03",
            ["Paraformer:Model"] = "paraformer-realtime-8k-v2",
            ["Paraformer:LanguageHints:0"] = "zh",
        }).Build();
        using ServiceProvider provider = new ServiceCollection().AddParaformer(configuration.GetSection("Paraformer")).BuildServiceProvider();

        ParaformerOptions options = provider.GetRequiredService<IOptions<ParaformerOptions>>().Value;

        Assert.Equal("wss://speech.example/api-ws/v1/inference", options.Endpoint!.AbsoluteUri);
        Assert.Equal(TimeSpan.FromSeconds(3), options.ConnectTimeout);
        Assert.Equal("paraformer-realtime-8k-v2", options.Model);
        Assert.Equal(["zh"], options.LanguageHints);
    }

    [Fact]
    public async Task Wrong_options_stop_the_host_at_its_start_and_all_are_named()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddParaformer("calls", o =>
        {
            o.Endpoint = new Uri("https://speech.example/");
            o.ConnectTimeout = TimeSpan.Zero;
            o.ApiKey = "sk with spaces";
        });
        using IHost host = builder.Build();

        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestLimit.Token));

        Assert.Equal(3, e.Failures.Count());
        Assert.All(e.Failures, f => Assert.StartsWith("Paraformer client 'calls': ", f, StringComparison.Ordinal));
        Assert.DoesNotContain("sk with", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_health_check_tells_a_reachable_service_from_a_dead_one()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddParaformer(o => o.TransportFactory = _ => new FakeService(task => task.ReadToEndAsync()));
        services.AddParaformer("dead", o => o.Endpoint = new Uri("ws://127.0.0.1:9/api-ws/v1/inference"));
        services.AddHealthChecks().AddParaformer().AddParaformer("dead", "dead", HealthStatus.Degraded);
        await using ServiceProvider provider = services.BuildServiceProvider();

        HealthReport report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestLimit.Token);

        Assert.Equal(HealthStatus.Healthy, report.Entries["paraformer"].Status);
        Assert.Equal(HealthStatus.Degraded, report.Entries["dead"].Status);
        Assert.Contains("127.0.0.1:9", report.Entries["dead"].Description, StringComparison.Ordinal);
    }

    private static async Task<string[]> FinalsAsync(RecognitionClient client)
    {
        var texts = new List<string>();
        await foreach (RecognitionResult result in client.RecognizeAsync(new MemoryStream(new byte[3200]), s_request, TestLimit.Token))
        {
            if (result.IsFinal)
            {
                texts.Add(result.Sentence!.Text);
            }
        }

        return [.. texts];
    }
}
