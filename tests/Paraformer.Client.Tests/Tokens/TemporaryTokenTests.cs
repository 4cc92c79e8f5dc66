using Microsoft.Extensions.Time.Testing;
using Paraformer.Client.Tests.Support;

namespace Paraformer.Client.Tests.Tokens;

public sealed class TemporaryTokenTests
{
    [Fact]
    public async Task A_token_is_made_for_the_time_asked_for()
    {
        await using var http = new HttpService((200, """{"token":"st-secret","expires_at":1767325445}"""));
        using var service = new TemporaryTokenService(http.Options);

        TemporaryToken token = await service.CreateAsync(TimeSpan.FromMinutes(5), TestLimit.Token);
        await service.CreateAsync(cancellationToken: TestLimit.Token);

        Assert.Equal(("st-secret", DateTimeOffset.FromUnixTimeSeconds(1767325445)), (token.Token, token.ExpiresAt));
        Assert.DoesNotContain("st-secret", token.ToString(), StringComparison.Ordinal);
        Assert.Equal(["/api/v1/tokens?expire_in_seconds=300", "/api/v1/tokens"], http.Requests.Select(r => r.Path));
    }

    [Theory]
    [InlineData(401, """{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"r"}""", "InvalidApiKey")]
    [InlineData(200, """{"token":"st-x"}""", "MessageFormatError")]
    [InlineData(200, """{"token":"","expires_at":1}""", "MessageFormatError")]
    [InlineData(200, """{"token":"st-x","expires_at":1e300}""", "MessageFormatError")]
    public async Task What_is_no_token_is_a_typed_error(int status, string body, string code)
    {
        await using var http = new HttpService((status, body));
        using var service = new TemporaryTokenService(http.Options);

        var e = await Assert.ThrowsAsync<DashScopeRequestException>(() => service.CreateAsync(cancellationToken: TestLimit.Token));

        Assert.Equal(code, e.Code);
        Assert.DoesNotContain("st-x", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_keeps_a_token_until_shortly_before_its_expiry()
    {
        var time = new FakeTimeProvider();
        int made = 0;
        using var provider = new TemporaryTokenProvider(
            _ => Task.FromResult(new TemporaryToken($"st-{++made}", time.GetUtcNow().AddSeconds(60))), TimeSpan.FromSeconds(10), time);

        Assert.Equal("st-1", await provider.GetTokenAsync(TestLimit.Token));
        time.Advance(TimeSpan.FromSeconds(49));
        Assert.Equal("st-1", await provider.GetTokenAsync(TestLimit.Token));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("st-2", await provider.GetTokenAsync(TestLimit.Token));
    }

    [Fact]
    public async Task Connections_at_the_same_time_share_one_token_and_a_failure_is_not_kept()
    {
        var gate = new TaskCompletionSource();
        int made = 0;
        using var provider = new TemporaryTokenProvider(async _ =>
        {
            await gate.Task;
            return ++made == 1 ? throw new DashScopeRequestException("busy", "Throttling", 429) : new TemporaryToken("st-ok", DateTimeOffset.MaxValue);
        });

        Task<string>[] waiting = [.. Enumerable.Range(0, 8).Select(_ => provider.GetTokenAsync(TestLimit.Token).AsTask())];
        gate.SetResult();

        await Assert.ThrowsAsync<DashScopeRequestException>(() => Task.WhenAll(waiting));
        Task<string> failed = Assert.Single(waiting, t => t.IsFaulted);
        foreach (Task<string> served in waiting.Except([failed]))
        {
            Assert.Equal("st-ok", await served);
        }

        Assert.Equal(2, made);
    }

    [Fact]
    public async Task A_provider_serves_as_the_clients_key()
    {
        await using var http = new HttpService((200, """{"token":"st-fresh","expires_at":4102444800}"""), (200, """{"output":{},"request_id":"r"}"""));
        using var maker = new TemporaryTokenService(http.Options);
        using var provider = new TemporaryTokenProvider(ct => maker.CreateAsync(null, ct));
        using var user = new VocabularyService(new RecognitionClientOptions { HttpEndpoint = http.Endpoint, ApiKeyProvider = provider.GetTokenAsync });

        await user.DeleteVocabularyAsync("vocab-a-1", TestLimit.Token);

        Assert.Equal("Bearer st-fresh", http.Requests.Last().Headers["Authorization"]);
    }
}
