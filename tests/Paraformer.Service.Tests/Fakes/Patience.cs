namespace Paraformer.Service.Tests.Fakes;

/// <summary>How long tests wait before they call a hang a hang.</summary>
internal static class Patience
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);
}
