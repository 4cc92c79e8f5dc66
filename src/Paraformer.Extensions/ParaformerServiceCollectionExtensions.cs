using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Paraformer.Client;
using Paraformer.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers clients of the speech recognition service.</summary>
public static class ParaformerServiceCollectionExtensions
{
    /// <summary>
    /// Registers the default client: <see cref="RecognitionClient"/>, <see cref="VocabularyService"/>, <see cref="AsrPhraseManager"/>,
    /// <see cref="TemporaryTokenService"/> and <c>ISpeechToTextClient</c>, each as a singleton. Wrong options are reported when the
    /// host starts.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddParaformer(this IServiceCollection services, Action<ParaformerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Add(services, Options.Options.DefaultName).Configure(configure);
        return services;
    }

    /// <summary>Registers the default client, set by a section of the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The section; its keys are the properties of <see cref="ParaformerOptions"/>.</param>
    public static IServiceCollection AddParaformer(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Add(services, Options.Options.DefaultName).Bind(configuration);
        return services;
    }

    /// <summary>Registers a named client: the same services, with the name as their key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name, and key.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddParaformer(this IServiceCollection services, string name, Action<ParaformerOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        Add(services, name).Configure(configure);
        return services;
    }

    /// <summary>Registers a named client, set by a section of the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name, and key.</param>
    /// <param name="configuration">The section; its keys are the properties of <see cref="ParaformerOptions"/>.</param>
    public static IServiceCollection AddParaformer(this IServiceCollection services, string name, IConfiguration configuration)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configuration);
        Add(services, name).Bind(configuration);
        return services;
    }

    private static OptionsBuilder<ParaformerOptions> Add(IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ParaformerOptions>, ParaformerOptionsValidator>());
        object? key = name.Length == 0 ? null : name;
        Register(provider => new RecognitionClient(ClientOptions.Create(provider, name, withTransport: true)));
        Register(provider => new VocabularyService(ClientOptions.Create(provider, name, withTransport: false)));
        Register(provider => new AsrPhraseManager(ClientOptions.Create(provider, name, withTransport: false)));
        Register(provider => new TemporaryTokenService(ClientOptions.Create(provider, name, withTransport: false)));
        Register<ISpeechToTextClient>(provider =>
        {
            ParaformerOptions options = ClientOptions.Get(provider, name);
            return provider.GetRequiredKeyedService<RecognitionClient>(key).AsSpeechToTextClient(options.Model, [.. options.LanguageHints]);
        });
        return services.AddOptions<ParaformerOptions>(name).ValidateOnStart();

        void Register<TService>(Func<IServiceProvider, TService> create)
            where TService : class =>
            services.TryAdd(ServiceDescriptor.KeyedSingleton<TService>(key, (provider, _) => create(provider)));
    }

    private static class ClientOptions
    {
        public static ParaformerOptions Get(IServiceProvider provider, string name) =>
            provider.GetRequiredService<IOptionsMonitor<ParaformerOptions>>().Get(name);

        public static RecognitionClientOptions Create(IServiceProvider provider, string name, bool withTransport)
        {
            ParaformerOptions options = Get(provider, name);
            var result = new RecognitionClientOptions
            {
                Endpoint = options.Endpoint,
                HttpEndpoint = options.HttpEndpoint,
                Region = options.Region is null || options.Endpoint is not null ? null : new DashScopeRegion(options.Region),
                ApiKey = options.ApiKey,
                Workspace = options.Workspace,
                UserAgent = options.UserAgent,
                DataInspection = options.DataInspection,
                ConnectTimeout = options.ConnectTimeout,
                StartTimeout = options.StartTimeout,
                FinishTimeout = options.FinishTimeout,
                RequestTimeout = options.RequestTimeout,
                Transport = withTransport ? options.TransportFactory?.Invoke(provider) : null,
                LoggerFactory = provider.GetService<ILoggerFactory>(),
                TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System,
            };
            return options.Customize is null ? result : options.Customize(provider, result);
        }
    }
}
