using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Hosting;

public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("paraformer-tls");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_runs_over_TLS_with_a_certificate_in_PEM_or_PKCS12(bool isPem)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(WriteCertificate(isPem));
        Assert.Equal("wss", server.Endpoint.Scheme);
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            certificate!.Subject == "CN=localhost" && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable);
        await socket.ConnectAsync(server.Endpoint, TestContext.Current.CancellationToken).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(ClientMessages.RunTask("id")), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        byte[] answer = new byte[1000];
        WebSocketReceiveResult received = await socket.ReceiveAsync(answer, TestContext.Current.CancellationToken).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Contains("task-started", System.Text.Encoding.UTF8.GetString(answer, 0, received.Count), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_cannot_be_used_is_named()
    {
        string path = Path.Combine(_folder.FullName, "bad.pem");
        File.WriteAllText(path, "-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n");
        ServerStartException e = Assert.Throws<ServerStartException>(() => ParaformerServer.Build(new ServerOptions { CertificatePath = path }, new ScriptedEngine()));
        Assert.Contains("bad.pem", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private ServerOptions WriteCertificate(bool isPem)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string path = Path.Combine(_folder.FullName, isPem ? "server.pem" : "server.pfx"), keyPath = Path.Combine(_folder.FullName, "server.key");
        if (!isPem)
        {
            File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, "secret"));
            return new ServerOptions { CertificatePath = path, CertificatePassword = "secret" };
        }

        File.WriteAllText(path, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        return new ServerOptions { CertificatePath = path, CertificateKeyPath = keyPath };
    }
}
