using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Paraformer.Server.Hosting;

/// <summary>The server's certificate.</summary>
internal static class Tls
{
    /// <summary>Loads the certificate; null where there is none.</summary>
    /// <exception cref="ServerStartException">It cannot be used.</exception>
    public static X509Certificate2? Load(ServerOptions options)
    {
        if (options.CertificatePath is not { } path)
        {
            return options.CertificateKeyPath is null
                ? null
                : throw new ServerStartException("A certificate's key is given without the certificate: set CertificatePath too.");
        }

        try
        {
            return IsPem(path) ? LoadPem(path, options) : X509CertificateLoader.LoadPkcs12FromFile(path, options.CertificatePassword);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ServerStartException($"The certificate '{path}' cannot be used: {e.Message}", e);
        }
    }

    private static X509Certificate2 LoadPem(string path, ServerOptions options) => options.CertificatePassword is { } password
        ? X509Certificate2.CreateFromEncryptedPemFile(path, password, options.CertificateKeyPath)
        : X509Certificate2.CreateFromPemFile(path, options.CertificateKeyPath);

    private static bool IsPem(string path)
    {
        using StreamReader reader = File.OpenText(path);
        char[] start = new char[4096];
        return start.AsSpan(0, reader.ReadBlock(start)).Contains("-----BEGIN ", StringComparison.Ordinal);
    }
}
