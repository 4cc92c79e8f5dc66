using Microsoft.Extensions.Options;

namespace Paraformer.Extensions;

/// <summary>Says everything that is wrong with the options at once, naming each.</summary>
internal sealed class ParaformerOptionsValidator : IValidateOptions<ParaformerOptions>
{
    public ValidateOptionsResult Validate(string? name, ParaformerOptions options)
    {
        var errors = new List<string>();
        RequireAddress(options.Endpoint, nameof(options.Endpoint), "ws", "wss");
        RequireAddress(options.HttpEndpoint, nameof(options.HttpEndpoint), "http", "https");
        RequireTimeout(options.ConnectTimeout, nameof(options.ConnectTimeout));
        RequireTimeout(options.StartTimeout, nameof(options.StartTimeout));
        RequireTimeout(options.FinishTimeout, nameof(options.FinishTimeout));
        RequireTimeout(options.RequestTimeout, nameof(options.RequestTimeout));
        Require(!string.IsNullOrWhiteSpace(options.Model), $"{nameof(options.Model)} is empty: name a model, such as paraformer-realtime-v2.");
        Require(options.ApiKey is null || options.ApiKey.All(c => c is > ' ' and <= '~'), $"{nameof(options.ApiKey)} contains characters that no key has.");
        Require(
            options.Region is null || options.Endpoint is not null || options.Region is "cn-beijing" or "ap-southeast-1",
            $"{nameof(options.Region)} '{options.Region}' is none of cn-beijing, ap-southeast-1: set {nameof(options.Endpoint)} for other regions.");
        string prefix = string.IsNullOrEmpty(name) ? "Paraformer: " : $"Paraformer client '{name}': ";
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors.Select(e => prefix + e));

        void Require(bool holds, string error)
        {
            if (!holds)
            {
                errors.Add(error);
            }
        }

        void RequireAddress(Uri? address, string property, string scheme, string secureScheme) => Require(
            address is null || (address.IsAbsoluteUri && (address.Scheme == scheme || address.Scheme == secureScheme)),
            $"{property} '{address}' is not an absolute {scheme} or {secureScheme} address.");

        void RequireTimeout(TimeSpan timeout, string property) => Require(
            timeout == Timeout.InfiniteTimeSpan || (timeout > TimeSpan.Zero && timeout.TotalMilliseconds <= int.MaxValue),
            $"{property} is {timeout}; a timeout is positive and under 24 days, or -00:00:00.001 for none.");
    }
}
