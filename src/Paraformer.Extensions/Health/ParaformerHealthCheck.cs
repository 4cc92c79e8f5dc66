using Microsoft.Extensions.Diagnostics.HealthChecks;
using Paraformer.Client;

namespace Paraformer.Extensions;

/// <summary>Whether the service can be reached with the client's key: opens a connection and closes it again, without a task.</summary>
internal sealed class ParaformerHealthCheck(RecognitionClient client) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await client.TestConnectionAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is RecognitionFailedException or ApiKeyNotFoundException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e);
        }
    }
}
