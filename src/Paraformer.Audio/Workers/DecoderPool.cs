namespace Paraformer.Audio.Workers;

/// <summary>
/// The worker processes of this process: one started at first need, or before it by <see cref="Start"/>, and one more for
/// each <see cref="SessionsPerWorker"/> sessions up to the number of processors, started in the background. They stay.
/// </summary>
internal sealed class DecoderPool : IDisposable
{
    private const int SessionsPerWorker = 8;
    private const int MaxWorkers = 8;

    private readonly Lock _gate = new();
    private readonly List<Slot> _slots = [];
    private readonly int _maxWorkers;
    private readonly Func<DecoderWorker> _startWorker;
    private Task? _growing;
    private string? _whyUnavailable;
    private IReadOnlyList<byte>? _codecs;
    private int _lastSession;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="maxWorkers">At least 1.</param>
    /// <param name="startWorker">Starts a process; throws <see cref="DecoderWorkerException"/> where it cannot.</param>
    public DecoderPool(int maxWorkers, Func<DecoderWorker> startWorker) => (_maxWorkers, _startWorker) = (maxWorkers, startWorker);

    /// <summary>The pool of this process.</summary>
    public static DecoderPool Shared { get; } = new(Math.Clamp(Environment.ProcessorCount, 1, MaxWorkers), DecoderWorker.Start);

    /// <summary>Process ids of the workers that live.</summary>
    public IReadOnlyList<int> ProcessIds
    {
        get
        {
            lock (_gate)
            {
                return [.. _slots.Where(s => !s.Worker.IsDead).Select(s => s.Worker.ProcessId)];
            }
        }
    }

    /// <summary>Starts the first worker, so that the first session need not wait for it, and finds out what can be decoded.</summary>
    /// <returns>Codec numbers that can be decoded here; none where that is not possible at all.</returns>
    public IReadOnlyList<byte> Start()
    {
        lock (_gate)
        {
            if (_codecs is null)
            {
                try
                {
                    _codecs = Grow().Worker.Codecs;
                    _whyUnavailable = _codecs.Count == 0 ? "FFmpeg's libavcodec is not installed" : null;
                }
                catch (DecoderWorkerException e)
                {
                    _whyUnavailable = e.Message;
                }
            }

            return _codecs ?? [];
        }
    }

    /// <summary>Why nothing can be decoded here; null when something can. Known after <see cref="Start"/>.</summary>
    public string? WhyUnavailable => _whyUnavailable;

    /// <summary>Makes a session on the worker that has the fewest.</summary>
    /// <exception cref="DecoderWorkerException">No worker can be started.</exception>
    /// <exception cref="AudioFormatException">The decoder refuses the header.</exception>
    public DecoderSession Open(byte codec, ReadOnlySpan<byte> header)
    {
        try
        {
            return OpenOnce(codec, header);
        }
        catch (DecoderWorkerException e) when (!e.DuringRequest)
        {
            // It ended after it was chosen.
            return OpenOnce(codec, header);
        }
    }

    /// <summary>Takes a session off its worker's count.</summary>
    public void Release(Slot slot)
    {
        lock (_gate)
        {
            slot.Sessions--;
        }
    }

    /// <summary>Ends the workers.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Slot slot in _slots)
            {
                slot.Worker.Dispose();
            }

            _slots.Clear();
        }
    }

    private DecoderSession OpenOnce(byte codec, ReadOnlySpan<byte> header)
    {
        Slot slot;
        int id;
        lock (_gate)
        {
            _slots.RemoveAll(s => s.Remove());
            slot = _slots.MinBy(s => s.Sessions) ?? Grow();
            slot.Sessions++;
            id = ++_lastSession;
            if (slot.Sessions > SessionsPerWorker && _slots.Count < _maxWorkers && _growing is null or { IsCompleted: true })
            {
                _growing = Task.Run(GrowInBackground);
            }
        }

        Span<byte> body = new byte[1 + header.Length];
        body[0] = codec;
        header.CopyTo(body[1..]);
        try
        {
            string? refusal = slot.Worker.Request(WorkerProtocol.Open, id, body, static _ => { });
            return refusal is null
                ? new DecoderSession(this, slot, id)
                : throw new AudioFormatException(AudioFormatError.Undecodable, $"The stream cannot be decoded: {refusal}.");
        }
        catch
        {
            Release(slot);
            throw;
        }
    }

    private Slot Grow()
    {
        var slot = new Slot(_startWorker());
        _slots.Add(slot);
        return slot;
    }

    // A failure stays in the task: the workers that are there serve on, and the next session tries again.
    private void GrowInBackground()
    {
        var slot = new Slot(_startWorker());
        lock (_gate)
        {
            _slots.Add(slot);
        }
    }

    /// <summary>A worker and how many sessions it has.</summary>
    internal sealed class Slot(DecoderWorker worker)
    {
        public DecoderWorker Worker { get; } = worker;

        public int Sessions { get; set; }

        /// <summary>Frees the worker if it has ended.</summary>
        public bool Remove()
        {
            if (!Worker.IsDead)
            {
                return false;
            }

            Worker.Dispose();
            return true;
        }
    }
}
