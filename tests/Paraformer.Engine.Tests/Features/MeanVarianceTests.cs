using Paraformer.Engine.Features;

namespace Paraformer.Engine.Tests.Features;

public sealed class MeanVarianceTests
{
    private const string Text = "<Nnet> \n<Splice> 2 2\n[ 0 ]\n<AddShift> 2 2\n<LearnRateCoef> 0 [ -8.5 1e1 ]\n<Rescale> 2 2\n<LearnRateCoef> 0 [ 0.5 2 ]\n</Nnet>\n";

    [Fact]
    public void Kaldis_text_shifts_then_scales()
    {
        float[] frames = [1, 2, 3, 4];
        MeanVariance.Parse(Text).Apply(frames);
        Assert.Equal([-3.75f, 24, -2.75f, 28], frames);
    }

    [Fact]
    public void Metadata_mean_the_same()
    {
        float[] frames = [1, 2];
        MeanVariance.FromMetadata("-8.5,10", "0.5,2").Apply(frames);
        Assert.Equal([-3.75f, 24], frames);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<AddShift> 2 2 <LearnRateCoef> 0 [ 1 2 ]")]
    [InlineData("<AddShift> 2 2 <LearnRateCoef> 0 [ 1 2 ] <Rescale> 2 2 <LearnRateCoef> 0 [ 1 ]")]
    [InlineData("<AddShift> 2 2 <LearnRateCoef> 0 [ 1 x ] <Rescale> 2 2 <LearnRateCoef> 0 [ 1 2 ]")]
    [InlineData("<AddShift> 2 2 <LearnRateCoef> 0 [ 1 NaN ] <Rescale> 2 2 <LearnRateCoef> 0 [ 1 2 ]")]
    [InlineData("<AddShift> 2 2 <LearnRateCoef> 0 [ 1 2 <Rescale> 2 2")]
    public void Damaged_text_is_a_format_error(string text) => Assert.Throws<FormatException>(() => MeanVariance.Parse(text));
}
