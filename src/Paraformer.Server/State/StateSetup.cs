using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Paraformer.Server.Security;
using Paraformer.Service;
using Paraformer.Service.Limits;

namespace Paraformer.Server.State;

/// <summary>Connects a server with its state.</summary>
internal static class StateSetup
{
    public static void Add(IServiceCollection services, ServerOptions options, ServerState state, CallerRegistry callers)
    {
        if (options.State is null)
        {
            // Made by a function, it is disposed of with the server.
            services.AddSingleton(_ => state);
        }
        else
        {
            services.AddSingleton(state);
        }

        services.AddSingleton(provider =>
        {
            var hooks = new StateHooks(provider.GetRequiredService<ServerState>(), Logger(provider));
            return new ServiceHooks { HotWords = hooks, Callers = callers, Usage = hooks };
        });
        services.AddSingleton(provider => options.Quota ?? CreateQuota(options, provider.GetRequiredService<ServerState>(), callers, Logger(provider)));
    }

    private static ISessionQuota CreateQuota(ServerOptions options, ServerState state, CallerRegistry callers, ILogger logger) =>
        state.Database is PostgresDatabase
            ? new SharedSessionQuota(state.Database, options.Service.Quota, SharedQuotaTimes.Default, logger)
            : new LocalSessionQuota(options.Service.Quota, callers.FindInfoAsync, options.Time);

    private static ILogger Logger(IServiceProvider provider) => provider.GetRequiredService<ILoggerFactory>().CreateLogger("Paraformer.Server");
}
