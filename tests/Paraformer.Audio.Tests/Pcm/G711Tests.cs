using Paraformer.Audio.Pcm;

namespace Paraformer.Audio.Tests.Pcm;

public class G711Tests
{
    [Fact]
    public void Every_code_expands_as_the_standard_says()
    {
        for (int code = 0; code < 256; code++)
        {
            Assert.Equal(StoredSamples.ALaw((byte)code), G711.ALaw[code]);
            Assert.Equal(StoredSamples.MuLaw((byte)code), G711.MuLaw[code]);
        }
    }

    [Fact]
    public void Known_codes_have_their_known_16_bit_values()
    {
        Assert.Equal(-32124, G711.MuLaw[0x00] * 32768);
        Assert.Equal(32124, G711.MuLaw[0x80] * 32768);
        Assert.Equal(0, G711.MuLaw[0xFF]);
        Assert.Equal(8, G711.ALaw[0xD5] * 32768);
        Assert.Equal(-8, G711.ALaw[0x55] * 32768);
        Assert.Equal(32256, G711.ALaw[0xAA] * 32768);
    }
}
