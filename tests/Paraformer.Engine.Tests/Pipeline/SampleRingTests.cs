using CsCheck;
using Paraformer.Engine.Pipeline;

namespace Paraformer.Engine.Tests.Pipeline;

public sealed class SampleRingTests
{
    [Fact]
    public void It_gives_back_the_newest_samples_in_order() =>
        Gen.Select(Gen.Int[1, 50], Gen.Int[0, 120].Array[0, 12]).Sample((capacity, pieces) =>
        {
            var ring = new SampleRing(capacity);
            var written = new List<float>();
            foreach (int length in pieces)
            {
                float[] piece = [.. Enumerable.Range(written.Count, length).Select(i => (float)i)];
                ring.Write(piece);
                written.AddRange(piece);
            }

            float[] expected = [.. written.TakeLast(capacity)];
            Assert.Equal(expected.Length, ring.Count);
            var drained = new List<float>();
            ring.Drain(samples => drained.AddRange(samples));
            Assert.Equal(expected, drained);
            Assert.Equal(0, ring.Count);
        });
}
