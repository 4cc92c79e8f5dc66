using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Paraformer.Protocol;

namespace Paraformer.Cli.Commands;

/// <summary>Options that several commands have, and the checks of their values.</summary>
internal static class CommonOptions
{
    private const int MinRate = 1000;
    private const int MaxRate = 768_000;

    /// <summary><c>--format</c>.</summary>
    public static Option<string?> Format()
    {
        var option = new Option<string?>("--format") { Description = "State the audio format instead of probing it: pcm wav mp3 opus speex aac amr.", HelpName = "NAME" };
        OneOf(option, [.. AudioFormat.All.Select(format => format.Value)]);
        return option;
    }

    /// <summary><c>--sample-rate</c>.</summary>
    public static Option<int?> SampleRate()
    {
        var option = new Option<int?>("--sample-rate") { Description = "State the sample rate of headerless audio in Hz.", HelpName = "HZ" };
        Between(option, MinRate, MaxRate, "Hz");
        return option;
    }

    /// <summary>Accepts only the values named.</summary>
    public static void OneOf(Option option, IReadOnlyList<string> values) => option.Validators.Add(result =>
    {
        foreach (Token token in result.Tokens)
        {
            if (!values.Contains(token.Value))
            {
                result.AddError($"{option.Name} {token.Value} is not known; it is one of {string.Join(' ', values)}");
            }
        }
    });

    /// <summary>Accepts only whole numbers in a range.</summary>
    public static void Between(Option option, int least, int most, string unit) => option.Validators.Add(result =>
    {
        foreach (Token token in result.Tokens)
        {
            if (!int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) || value < least || value > most)
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} {token.Value} is out of range; it is a whole number from {least} to {most} {unit}"));
            }
        }
    });
}
