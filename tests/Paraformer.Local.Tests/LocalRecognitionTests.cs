using Paraformer.Client;
using Paraformer.Protocol;
using Paraformer.Service;

namespace Paraformer.Local.Tests;

public sealed class LocalRecognitionTests
{
    private static readonly RecognitionOptions Pcm16k = new(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000);

    private static CancellationToken Ct
    {
        get
        {
            var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            source.CancelAfter(TimeSpan.FromSeconds(60));
            return source.Token;
        }
    }

    [Fact]
    public async Task The_client_recognises_through_the_service_and_the_engine_in_one_process()
    {
        var engine = new EchoEngine();
        RecognitionClient client = LocalRecognition.CreateClient(engine);

        List<RecognitionResult> results = await client.RecognizeAsync(new MemoryStream(new byte[5250]), Pcm16k, Ct).ToListAsync(Ct);

        Assert.Equal(["1000", "1000", "1000", "1000", "1000", "250"], results.Where(r => r.IsFinal).Select(r => r.Sentence!.Text));
        await client.DisposeAsync();
        Assert.Equal(0, engine.OpenStreams);
    }

    [Fact]
    public async Task The_facade_calls_a_file_without_a_network()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, new byte[1500], Ct);
            await using RecognitionClient client = LocalRecognition.CreateClient(new EchoEngine());
            var recognition = new Recognition(ParaformerModel.RealtimeV2, null, AudioFormat.Pcm, 16000) { Client = client };

            RecognitionResult result = await recognition.CallAsync(file, cancellationToken: Ct);

            Assert.Equal(["1000", "500"], result.GetSentences().Select(s => s.Text));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task What_the_engine_cannot_serve_fails_with_the_services_code_and_the_engines_reason()
    {
        await using RecognitionClient client = LocalRecognition.CreateClient(new EchoEngine());

        RecognitionFailedException e = await Assert.ThrowsAsync<RecognitionFailedException>(() => client.StartAsync(Pcm16k with { LanguageHints = ["ja"] }, Ct));

        Assert.Equal(ErrorCodes.ModelUnavailable, e.Code);
        Assert.Contains("No pack for 'ja'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_without_audio_fails_as_it_does_over_the_network()
    {
        await using RecognitionClient client = LocalRecognition.CreateClient(new EchoEngine());

        RecognitionFailedException e = await Assert.ThrowsAsync<RecognitionFailedException>(
            () => client.RecognizeAsync(new MemoryStream(), Pcm16k, Ct).ToListAsync(Ct).AsTask());

        Assert.Equal(ErrorCodes.NoValidAudio, e.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disposing_of_the_client_ends_its_sessions_and_disposes_of_an_owned_engine_only(bool owns)
    {
        var engine = new EchoEngine();
        RecognitionClient client = LocalRecognition.CreateClient(engine, ownsEngine: owns);
        RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        Assert.Equal(1, engine.OpenStreams);

        await client.DisposeAsync().AsTask().WaitAsync(Ct);

        Assert.Equal(0, engine.OpenStreams);
        Assert.Equal(owns, engine.IsDisposed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.SendAsync(new byte[2], Ct).AsTask());
    }

    [Fact]
    public async Task Fifty_sessions_share_an_engine()
    {
        var engine = new EchoEngine();
        await using var transport = new LocalTransport(new RecognitionService(engine, new RecognitionServiceOptions()));
        await using var client = new RecognitionClient(new RecognitionClientOptions { Transport = transport });

        int[] totals = await Task.WhenAll(Enumerable.Range(1, 50).Select(async i =>
        {
            List<RecognitionResult> results = await client.RecognizeAsync(new MemoryStream(new byte[i * 777]), Pcm16k, Ct).ToListAsync(Ct);
            return results.Where(r => r.IsFinal).Sum(r => int.Parse(r.Sentence!.Text, System.Globalization.CultureInfo.InvariantCulture));
        }));

        Assert.Equal(Enumerable.Range(1, 50).Select(i => i * 777), totals);
    }

    [Fact]
    public async Task A_disposed_transport_connects_no_more()
    {
        var transport = new LocalTransport(new EchoEngine());
        await transport.DisposeAsync();
        await transport.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => transport.ConnectAsync(Ct).AsTask());
    }
}
