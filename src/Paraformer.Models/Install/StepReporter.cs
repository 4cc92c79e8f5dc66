namespace Paraformer.Models.Install;

/// <summary>Reports a step's progress, at most about ten times a second.</summary>
internal sealed class StepReporter(IProgress<PackProgress>? progress, string packId)
{
    private const int IntervalMilliseconds = 100;

    private string _step = "";
    private long? _total;
    private long _done;
    private long _nextReport;

    public void Begin(string step, long? total, long done = 0)
    {
        (_step, _total, _done) = (step, total, done);
        Report();
    }

    public void Advance(long bytes)
    {
        _done += bytes;
        if (Environment.TickCount64 >= _nextReport || _done == _total)
        {
            Report();
        }
    }

    private void Report()
    {
        _nextReport = Environment.TickCount64 + IntervalMilliseconds;
        progress?.Report(new PackProgress(packId, _step, _done, _total));
    }
}
