using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service.HotWords;
using Paraformer.Service.Requests;

namespace Paraformer.Service.Tasks;

/// <summary>Finds the hot words that a task asks for.</summary>
internal static class HotWordLookup
{
    /// <summary>The task's stream, with its hot words.</summary>
    /// <exception cref="ProtocolException">The caller has no such list, or it is for another model.</exception>
    public static async ValueTask<StreamRequest> AddToAsync(
        TaskSpecification specification, ServiceCaller caller, IHotWordSource? source, CancellationToken cancellationToken)
    {
        StreamRequest stream = specification.Stream;
        if (specification.HotWordListId is not { } id)
        {
            return stream;
        }

        HotWordList? list = source is null ? null : await source.FindAsync(caller, id, cancellationToken).ConfigureAwait(false);
        if (list is null)
        {
            throw new ProtocolException(Failure.UnknownList.Code, Failure.UnknownList.Message, specification.TaskId);
        }

        return list.TargetModel == stream.Model
            ? stream with { HotWords = list.Words }
            : throw new ProtocolException(
                ErrorCodes.InvalidParameter,
                $"The hot-word list {Failure.Quote(id)} is for the model {list.TargetModel}; it cannot be used with {Failure.Shorten(stream.Model)}.",
                specification.TaskId);
    }
}
