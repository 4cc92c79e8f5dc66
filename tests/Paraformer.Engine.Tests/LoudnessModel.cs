using System.Globalization;
using System.Numerics.Tensors;
using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine.Tests;

/// <summary>
/// A recogniser that is cheap and exact: for every 100 ms of audio a word that says how loud it was. With workers its steps run in
/// batches over streams, as those of a real model do.
/// </summary>
internal sealed class LoudnessModel : IRecognizerModel, IBatchRunner<ReadOnlyMemory<float>, float>
{
    private StepBatcher<ReadOnlyMemory<float>, float>? _batcher;

    public string PackId => "words";

    /// <summary>Recognisers that have not been disposed of.</summary>
    public int Open => _open;

    private int _open;

    public void UseWorkers(WorkScheduler scheduler, BatchOptions batching) => _batcher = new StepBatcher<ReadOnlyMemory<float>, float>(this, scheduler, batching);

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options)
    {
        Interlocked.Increment(ref _open);
        return new Recognizer(this);
    }

    public int LengthOf(ReadOnlyMemory<float> input) => input.Length;

    public void Run(ReadOnlySpan<ReadOnlyMemory<float>> inputs, Span<float> outputs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            outputs[i] = TensorPrimitives.Norm(inputs[i].Span);
        }
    }

    public void Dispose() => _batcher?.Dispose();

    private sealed class Recognizer(LoudnessModel model) : IStreamingRecognizer
    {
        private const int StepSamples = 1600;
        private readonly float[] _step = new float[StepSamples];
        private readonly List<WordHypothesis> _words = [];
        private int _filled;
        private long _heard;

        public int LookAheadSamples => 0;

        public void Accept(ReadOnlySpan<float> samples) => throw new NotSupportedException();

        public async ValueTask AcceptAsync(ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
        {
            while (!samples.IsEmpty)
            {
                int take = Math.Min(samples.Length, StepSamples - _filled);
                samples[..take].CopyTo(_step.AsMemory(_filled));
                _filled += take;
                _heard += take;
                samples = samples[take..];
                if (_filled == StepSamples)
                {
                    float loudness = await model._batcher!.RunAsync(_step, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
                    _words.Add(new WordHypothesis(string.Create(CultureInfo.InvariantCulture, $"w{loudness:0.000}"), _heard - StepSamples, _heard, 0.9f));
                    _filled = 0;
                }
            }
        }

        public IReadOnlyList<WordHypothesis> Partial() => _words;

        public IReadOnlyList<WordHypothesis> EndUtterance()
        {
            WordHypothesis[] words = [.. _words];
            _words.Clear();
            _filled = 0;
            return words;
        }

        public IReadOnlyList<WordHypothesis> EndStream() => EndUtterance();

        public void Dispose() => Interlocked.Decrement(ref model._open);
    }
}
