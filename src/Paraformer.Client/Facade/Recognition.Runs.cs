namespace Paraformer.Client;

// One run's way from the session to the callback or to the result of a call.
public sealed partial class Recognition
{
    private static async Task<RecognitionResult> CollectAsync(Run run, Stream audio, RewindableAudio? source, CancellationToken cancellationToken)
    {
        RecognitionSession session = run.Session;
        var heard = new Transcript();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task sending = Task.CompletedTask;
        RecognitionResult outcome;
        try
        {
            if (await session.Opened.WaitAsync(cancellationToken).ConfigureAwait(false) is null)
            {
                sending = Task.Run(() => AudioPump.SendAsync(audio, source, session, session.Options, run.Client.TimeProvider, stop.Token), CancellationToken.None);
            }

            await foreach (RecognitionResult result in session.Results.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                heard.Add(result);
            }

            await sending.ConfigureAwait(false);
            outcome = new RecognitionResult { RequestId = session.RequestId };
        }
        catch (RecognitionFailedException e)
        {
            outcome = RecognitionResult.FromFailure(e, session.RequestId);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return heard.Complete(outcome) with { LostAudio = session.LostAudio };
    }

    private async Task DeliverAsync(Run run, RecognitionCallback callback)
    {
        RecognitionSession session = run.Session;
        if (await session.Connected.ConfigureAwait(false) is null)
        {
            Deliver(run, nameof(RecognitionCallback.OnOpen), callback.OnOpen);
        }

        Exception? failure = null;
        int losses = 0;
        try
        {
            await foreach (RecognitionResult result in session.Results.ConfigureAwait(false))
            {
                losses += DeliverLosses(run, callback, result.LostAudio);
                Deliver(run, nameof(RecognitionCallback.OnEvent), () => callback.OnEvent(result));
            }
        }
        catch (Exception e)
        {
            failure = e;
        }

        DeliverLosses(run, callback, session.LostAudio.Skip(losses));
        if (failure is null)
        {
            Deliver(run, nameof(RecognitionCallback.OnComplete), callback.OnComplete);
        }
        else
        {
            Deliver(run, nameof(RecognitionCallback.OnError), () => callback.OnError(RecognitionResult.FromFailure(failure, session.RequestId)));
        }

        await CloseAsync(run).ConfigureAwait(false);
        Deliver(run, nameof(RecognitionCallback.OnClose), callback.OnClose);
    }

    private int DeliverLosses(Run run, RecognitionCallback callback, IEnumerable<AudioRange> ranges)
    {
        int delivered = 0;
        foreach (AudioRange range in ranges)
        {
            Deliver(run, nameof(RecognitionCallback.OnAudioLost), () => callback.OnAudioLost(range));
            delivered++;
        }

        return delivered;
    }

    private void Deliver(Run run, string name, Action callback)
    {
        Recognition? outer = s_inCallback;
        s_inCallback = this;
        try
        {
            callback();
        }
        catch (Exception e)
        {
            Log.CallbackFailed(run.Client.Logger, e, run.Session.RequestId, name);
            Interlocked.CompareExchange(ref _callbackFailure, e, null);
        }
        finally
        {
            s_inCallback = outer;
        }
    }

    private async Task CloseAsync(Run run)
    {
        await run.Session.DisposeAsync().ConfigureAwait(false);
        if (run.OwnsClient)
        {
            await run.Client.DisposeAsync().ConfigureAwait(false);
        }

        lock (_gate)
        {
            if (_run == run)
            {
                _run = null;
            }
        }
    }
}
