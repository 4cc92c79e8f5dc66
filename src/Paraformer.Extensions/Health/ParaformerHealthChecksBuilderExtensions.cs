using Microsoft.Extensions.Diagnostics.HealthChecks;
using Paraformer.Client;
using Paraformer.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers health checks of the speech recognition service.</summary>
public static class ParaformerHealthChecksBuilderExtensions
{
    /// <summary>Checks that the service can be reached with the key of a client: opens a connection and closes it again.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="clientName">The client's name as registered by <c>AddParaformer</c>; null for the default client.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What a failure means; null for unhealthy.</param>
    /// <param name="tags">The check's tags.</param>
    public static IHealthChecksBuilder AddParaformer(
        this IHealthChecksBuilder builder,
        string? clientName = null,
        string name = "paraformer",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name, provider => new ParaformerHealthCheck(provider.GetRequiredKeyedService<RecognitionClient>(clientName)), failureStatus, tags));
    }
}
