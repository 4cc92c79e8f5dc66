using System.Collections;
using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Paraformer.Server.Observability;

/// <summary>
/// Metrics at <c>/metrics</c> for Prometheus, and metrics and traces over OTLP where the standard variable
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to.
/// </summary>
internal static class Telemetry
{
    private const string Path = "/metrics";
    private const string VariablePrefix = "OTEL_";
    private const string OtlpVariable = VariablePrefix + "EXPORTER_OTLP_ENDPOINT";
    private const string Instruments = "Paraformer.*";

    /// <summary>Adds what the options ask for.</summary>
    public static void Add(WebApplicationBuilder builder, ServerOptions options)
    {
        bool exports = options.ExportTelemetry && !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(OtlpVariable));
        if (options.Metrics == MetricsAccess.Off && !exports)
        {
            return;
        }

        // The exporters read the application's configuration, which is empty but for this.
        builder.Configuration.AddInMemoryCollection(Variables());
        string version = typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("paraformer", serviceVersion: version));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(Instruments, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel");
            if (options.Metrics != MetricsAccess.Off)
            {
                metrics.AddPrometheusExporter();
            }

            if (exports)
            {
                metrics.AddOtlpExporter();
            }
        });
        if (exports)
        {
            telemetry.WithTracing(tracing => tracing.AddSource(Instruments).AddOtlpExporter());
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> Variables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value))
        .Where(variable => variable.Key.StartsWith(VariablePrefix, StringComparison.Ordinal));

    /// <summary>Serves <c>/metrics</c> to whom the options allow it; to others there is nothing there.</summary>
    public static void Map(WebApplication app, MetricsAccess access)
    {
        if (access == MetricsAccess.Off)
        {
            return;
        }

        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path == Path && HttpMethods.IsGet(context.Request.Method)
            && (access == MetricsAccess.Everyone || context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer)));
    }
}
