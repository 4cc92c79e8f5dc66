using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Paraformer.Engine;

namespace Paraformer.Server.Observability;

/// <summary>
/// <c>/healthz</c>: the process lives. <c>/readyz</c>: it can take new work; while it stops, without a pack, or with its state out
/// of reach, it cannot. <c>/healthz</c> tells the end of a drain too, as it always has.
/// </summary>
internal sealed class Readiness(IRecognitionEngine engine, Func<CancellationToken, ValueTask<bool>> probeState, CancellationToken stopping)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public void Map(WebApplication app)
    {
        app.MapGet("/healthz", context => AnswerAsync(context, stopping.IsCancellationRequested ? "stopping" : null));
        app.MapGet("/readyz", async context => await AnswerAsync(context, await FindProblemAsync(context.RequestAborted)));
    }

    private static Task AnswerAsync(HttpContext context, string? problem)
    {
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync((problem ?? "ok") + "\n", context.RequestAborted);
    }

    private async Task<string?> FindProblemAsync(CancellationToken aborted)
    {
        if (stopping.IsCancellationRequested)
        {
            return "stopping";
        }

        if (!engine.DescribeModels().Any(model => model.Languages.Any(language => language.Pack is not null)))
        {
            return "no pack is installed";
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        limit.CancelAfter(s_patience);
        try
        {
            await probeState(limit.Token);
            return null;
        }
        catch (Exception e) when (e is DbException or OperationCanceledException or TimeoutException && !aborted.IsCancellationRequested)
        {
            return "the state cannot be reached";
        }
    }
}
