using Paraformer.Protocol;

namespace Paraformer.Cli.Recognition;

/// <summary>The names that the service documents; a remote service may know others.</summary>
internal static class ModelNames
{
    private static readonly string[] Languages = ["zh", "en", "ja", "yue", "ko", "de", "fr", "ru"];

    /// <summary>Refuses names that no service knows.</summary>
    /// <exception cref="CliException">The model or a language is unknown.</exception>
    public static void RequireKnown(string model, IReadOnlyList<string>? languages)
    {
        if (!ParaformerModel.All.Contains(model))
        {
            throw CliException.Usage("unknown model", "--model " + model, $"it is one of {string.Join(' ', ParaformerModel.All)}");
        }

        foreach (string language in languages ?? [])
        {
            if (!Languages.Contains(language))
            {
                throw CliException.Usage("unknown language", "--language " + language, $"it is one of {string.Join(' ', Languages)}");
            }
        }
    }

    /// <summary>Whether a model is a v1 model, which takes phrases where the others take hot words.</summary>
    public static bool IsFirstGeneration(string model) => model.EndsWith("-v1", StringComparison.Ordinal);

    /// <summary>The rate of raw samples where none is given: the telephone models take 8000 Hz only.</summary>
    public static int DefaultSampleRate(string model) => model.Contains("-8k-", StringComparison.Ordinal) ? 8000 : 16000;
}
