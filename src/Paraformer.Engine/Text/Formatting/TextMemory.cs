namespace Paraformer.Engine.Text;

/// <summary>
/// What the words of one stream gave when they were formatted last: a recogniser's next result mostly says the same again and a word more. Not thread-safe.
/// </summary>
internal sealed class TextMemory
{
    private readonly List<string> _words = [];
    private readonly List<TextToken> _tokens = [];
    private string _language = "";
    private TextOptions? _options;
    private bool _isFinal;

    /// <summary>What the punctuation network computed.</summary>
    public PunctuationMemory Punctuation { get; } = new();

    /// <summary>The sentences that were normalised.</summary>
    public NormalizedMemory Normalized { get; } = new();

    /// <summary>Gives the tokens again if nothing has changed.</summary>
    public bool Recall(IReadOnlyList<string> words, string language, TextOptions options, bool isFinal, List<TextToken> result)
    {
        if (words.Count != _words.Count || isFinal != _isFinal || language != _language || options != _options)
        {
            return false;
        }

        for (int i = 0; i < words.Count; i++)
        {
            if (words[i] != _words[i])
            {
                return false;
            }
        }

        result.AddRange(_tokens);
        return true;
    }

    /// <summary>Keeps what the words gave.</summary>
    public void Keep(IReadOnlyList<string> words, string language, TextOptions options, bool isFinal, ReadOnlySpan<TextToken> tokens)
    {
        (_language, _options, _isFinal) = (language, options, isFinal);
        _words.Clear();
        _words.AddRange(words);
        _tokens.Clear();
        _tokens.AddRange(tokens);
    }
}
