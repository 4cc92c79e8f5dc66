using System.Data.Common;
using Microsoft.Extensions.Logging;
using Paraformer.Service;
using Paraformer.Service.Callers;
using Paraformer.Service.HotWords;

namespace Paraformer.Server.State;

/// <summary>Brings the stored lists to recognition, and what was recognised to the stored usage.</summary>
internal sealed class StateHooks(ServerState state, ILogger logger) : IHotWordSource, IUsageRecorder
{
    public async ValueTask<HotWordList?> FindAsync(ServiceCaller caller, string id, CancellationToken cancellationToken)
    {
        if (await state.Vocabularies.FindAsync(caller, id, cancellationToken) is { } vocabulary)
        {
            return new HotWordList(vocabulary.TargetModel, [.. vocabulary.Words.Select(word => word.ToHotWord())]);
        }

        return await state.Phrases.FindAsync(caller, id, cancellationToken) is { } phrases
            ? new HotWordList(phrases.Model, [.. phrases.Words.Select(word => word.ToHotWord())])
            : null;
    }

    public async ValueTask RecordAsync(ServiceCaller caller, string model, long audioMs)
    {
        long seconds = (audioMs + 999) / 1000;
        try
        {
            await state.Usage.AddAsync(caller.KeyId, model, seconds, CancellationToken.None);
        }
        catch (Exception e) when (e is DbException or ObjectDisposedException)
        {
            StateLog.UsageFailed(logger, caller.KeyId, model, seconds, e);
        }
    }
}
