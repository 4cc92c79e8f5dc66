namespace Paraformer.Client;

/// <summary>A region of the service. API keys belong to one region. An extensible value.</summary>
/// <param name="Value">The region's name, such as <c>cn-beijing</c>.</param>
public readonly record struct DashScopeRegion(string Value)
{
    /// <summary>Mainland China (Beijing): the default, and the one that is documented to serve Paraformer.</summary>
    public static DashScopeRegion Beijing { get; } = new("cn-beijing");

    /// <summary>Singapore. The service's own pages disagree on whether Paraformer is served there.</summary>
    public static DashScopeRegion Singapore { get; } = new("ap-southeast-1");

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>The WebSocket address of this region.</summary>
    /// <param name="workspace">A workspace that has a host of its own, such as <c>llm-…</c>; null for the region's common host.</param>
    /// <param name="version">The version segment of the path.</param>
    /// <exception cref="NotSupportedException">The region has no common host and no workspace is given.</exception>
    public Uri WebSocketEndpoint(string? workspace = null, string version = "v1") => new($"wss://{Host(workspace)}/api-ws/{version}/inference");

    /// <summary>The base of the HTTP APIs of this region.</summary>
    /// <param name="workspace">A workspace that has a host of its own, such as <c>llm-…</c>; null for the region's common host.</param>
    /// <param name="version">The version segment of the path.</param>
    /// <exception cref="NotSupportedException">The region has no common host and no workspace is given.</exception>
    public Uri HttpEndpoint(string? workspace = null, string version = "v1") => new($"https://{Host(workspace)}/api/{version}");

    private string Host(string? workspace) =>
        workspace is not null ? $"{workspace}.{Value}.maas.aliyuncs.com"
        : this == Beijing ? "dashscope.aliyuncs.com"
        : this == Singapore ? "dashscope-intl.aliyuncs.com"
        : throw new NotSupportedException($"Region {Value} has no common host: name the workspace, or set the endpoint.");
}
