using System.Text;
using CsCheck;
using Paraformer.Engine.Lm.Xz;

namespace Paraformer.Engine.Tests.Lm;

/// <summary>Against files made with liblzma.</summary>
public sealed class XzStreamTests
{
    private const string Crc64 = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AwUAT5dABgOgCc18eg9ofHuIXXsv0pcRzZ2Ts0B9tnvJ33kWNZq/BhNKR/XMlB66NGc++MoKRQZABRTyt+zh+KG5ht+i0W8Req0//yqFAIfp63h+CcQXvndgNZTpkI2Ethwf6uXMKbNTeXMgDTNZ4mBJi7a0YjzsLNCm28KrxCmrwaKKlF0/+0t17iPaqrgkJ6FE5SRrOH+Hcqbj84V/gNkx+piqyH7ezuU6PVtsyabGHcRCF/AKDC0VSyXUbJK0cBJ3VulJn/uzRgbYHg7nZlLaouAbVDPo5tK0/IKRYgiC/y0i7oEZZvybDrYbY4p5edn4AHNRUJ0JFIJWOsEsbbdf8h6SCm6wOJOaLb5VUj/WWF3qro25s6sBkiy7TA0Gw4u1CYRXzCDa/yW1OvTcUzYF5O7lt/7H4AsV/pIy1FyuoO2AAAAADYuC/rSae1TAAHaApUYAACqW5uSscRn+wIAAAAABFla";

    // lc 0, lp 2, pb 1.
    private const string Crc32 = "/Td6WFoAAAFpIt42AgAhARwAAAAQz1jM4AwUAVY/ABgOgCe5oYWjeG4fNx3PZfjAAPFtXE4lGJV+sR65/FbkQs72PjeTtjdbWRy81uIfRhURW7pGLo7hcItUN6Uh3IW7ZMr2vELKvol17Ais+x+r/L7Mm/lGgmJ2GrR9FdStaCRZR6uxgqXyM3pPj74Gl/ma9ZlIyJ3ScNjObjOOTHHv6UYXylnMbJfCLn1MUB2hSP/3II+XYP4I0AnaZQpvdh3Mh4LyxL82nLwYdcVPfFisQmyVC3J93WKnvkr7S57TXWynuExePQa0k6WwfGDb9jIMiKUWBe9lrCLUBcmh9rwwZbal/0pwvyWjPpXLykUeNH0ZSHw9RwgT8d5xjB12pfGex7G16qtB8UQxeWxTTt621kS7k17/Js+LBZSEYocscF6xeyEveZqSlsRBk2ChatqK1PJ9Gh2Ax3xyMvd+JJWa9bHH4z81IkUyiNDLIihScmUf7G3iAAAAAJjtlnkAAe4ClRgAABEecA0+MA2LAgAAAAABWVo=";

    private const string Incompressible = "/Td6WFoAAAD/EtlBAgAhARYAAAB0L+WjAQAnAAQLEx0pNkZXaX6UrMbh/x4+YYWr0/woVYO05hpQh8H8OHe3+T2CygAAATgoKqGsAgZynnoBAAAAAABZWg==";

    private static string Text { get; } = string.Concat(
        Enumerable.Range(0, 60).Select(i => $"{i}: the quick brown fox jumps over the lazy dog {i * i % 977}\n"));

    [Theory]
    [InlineData(Crc64)]
    [InlineData(Crc32)]
    public void Text_comes_out_as_it_went_in(string file) => Assert.Equal(Text, Encoding.ASCII.GetString(Read(Convert.FromBase64String(file))));

    [Fact]
    public void What_was_stored_without_compression_comes_out_too() =>
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (byte)(((i * i * 7) + (i * 31)) >> 3)), Read(Convert.FromBase64String(Incompressible)));

    [Fact]
    public void A_damaged_file_is_an_error_or_harmless() =>
        Gen.Select(Gen.Int[0, Convert.FromBase64String(Crc64).Length - 1], Gen.Byte).Sample((at, value) =>
        {
            byte[] file = Convert.FromBase64String(Crc64);
            file[at] = value;
            try
            {
                Assert.Equal(Text, Encoding.ASCII.GetString(Read(file)));
            }
            catch (InvalidDataException e)
            {
                Assert.NotEmpty(e.Message);
            }
        });

    [Fact]
    public void A_file_cut_off_in_its_data_is_an_error()
    {
        byte[] file = Convert.FromBase64String(Crc32);
        Gen.Int[0, file.Length - 40].Sample(length => Assert.Throws<InvalidDataException>(() => Read(file[..length])));
    }

    private static byte[] Read(byte[] file)
    {
        using var stream = new XzStream(new MemoryStream(file));
        using var result = new MemoryStream();
        stream.CopyTo(result);
        return result.ToArray();
    }
}
