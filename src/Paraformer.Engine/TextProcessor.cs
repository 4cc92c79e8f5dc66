using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Engine.Text;
using Paraformer.Models;

namespace Paraformer.Engine;

/// <summary>Makes text of raw words, line by line, by the code that the engine itself uses. Usable from any thread.</summary>
public sealed class TextProcessor : IDisposable
{
    private readonly TextFormatter _formatter;
    private readonly TextPacks? _packs;

    private TextProcessor(TextFormatter formatter, TextPacks? packs) => (_formatter, _packs) = (formatter, packs);

    /// <summary>The languages that are known: zh, en, yue, ja, ko, de, fr, ru.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["zh", "en", "yue", "ja", "ko", "de", "fr", "ru"];

    /// <summary>Makes a processor that needs no pack.</summary>
    public static TextProcessor Create() => new(new TextFormatter(Punctuator.Default), null);

    /// <summary>Makes a processor with the packs of a store, chosen as <see cref="RecognitionEngine"/> does. Dispose of it when done.</summary>
    /// <param name="store">Where the packs are.</param>
    /// <param name="options">What is asked of the packs; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <exception cref="ModelPackException">A pack is missing, incomplete or damaged.</exception>
    public static async Task<TextProcessor> CreateAsync(ModelStore store, EngineOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var packs = new TextPacks(store, options ?? new EngineOptions(), NullLogger.Instance);
        try
        {
            return new TextProcessor(await packs.FormatterAsync(cancellationToken).ConfigureAwait(false), packs);
        }
        catch
        {
            packs.Dispose();
            throw;
        }
    }

    /// <summary>Makes text of a line of words: disfluency removal, punctuation and casing, inverse text normalisation.</summary>
    /// <param name="line">Words as a recogniser gives them: small letters, no marks, numbers in words. Text that is finished comes back as it is.</param>
    /// <param name="language">One of <see cref="Languages"/>.</param>
    /// <param name="options">What is to be done; null for the defaults.</param>
    /// <returns>The finished line; empty where nothing but fillers was said.</returns>
    /// <exception cref="ArgumentException">The language is not known.</exception>
    public string Process(string line, string language, TextOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(language);
        if (!Languages.Contains(language))
        {
            throw new ArgumentException($"language '{language}' is none of {string.Join(", ", Languages)}", nameof(language));
        }

        var tokens = new List<TextToken>();
        _formatter.Format(TextTokenizer.Split(line), language, options ?? new TextOptions(), isFinal: true, wantEnds: false, tokens);
        var text = new StringBuilder(line.Length + 16);
        foreach (TextToken token in tokens)
        {
            WordSpacing.Append(text, token.Text, token.Punctuation);
        }

        return text.ToString();
    }

    /// <summary>Frees the packs; a processor that was made without a store needs it not.</summary>
    public void Dispose() => _packs?.Dispose();
}
