namespace Paraformer.Engine.Tokens;

/// <summary>One stream's search for tokens in a model's rows. Not thread-safe.</summary>
internal interface ITokenSearch
{
    /// <summary>Takes the next row.</summary>
    void Step(ReadOnlySpan<float> row);

    /// <summary>The best tokens so far.</summary>
    IReadOnlyList<HeardToken> Best();

    /// <summary>Starts anew.</summary>
    void Reset();
}

/// <summary>The likeliest tokens of a CTC's rows.</summary>
internal sealed class CtcTokenSearch(int blank) : ITokenSearch
{
    private readonly CtcGreedySearch _search = new(blank);

    public void Step(ReadOnlySpan<float> row) => _search.Step(row);

    public IReadOnlyList<HeardToken> Best() => _search.Tokens;

    public void Reset() => _search.Reset();
}
