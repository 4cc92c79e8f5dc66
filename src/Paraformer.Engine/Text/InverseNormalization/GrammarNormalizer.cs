using System.Collections.Concurrent;

namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>
/// Rewrites by the rules of a grammar. Every rule is tried at every place; of all ways to lay the found pieces side by side, the
/// one that covers most of the text with the fewest pieces wins.
/// </summary>
internal sealed class GrammarNormalizer(Grammar grammar) : IInverseTextNormalizer
{
    private const int WindowWords = 256;
    private const double PieceCost = 0.5;

    private readonly ConcurrentBag<Chart> _charts = [];

    public IReadOnlyList<NormalizedToken> Normalize(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (words.Count <= WindowWords)
        {
            return NormalizeWindow(words);
        }

        var tokens = new List<NormalizedToken>(words.Count);
        for (int first = 0; first < words.Count; first += WindowWords)
        {
            string[] window = [.. words.Skip(first).Take(WindowWords)];
            tokens.AddRange(NormalizeWindow(window).Select(token => token with { FirstWord = token.FirstWord + first }));
        }

        return tokens;
    }

    private List<NormalizedToken> NormalizeWindow(IReadOnlyList<string> words)
    {
        SourceLine line = SourceLine.Join(words, grammar.Spaced);
        if (!_charts.TryTake(out Chart? chart))
        {
            chart = new Chart(grammar);
        }

        chart.Load(line.Text);
        List<Piece> pieces = BestPieces(FindPieces(chart), line.Text.Length);
        _charts.Add(chart);
        return TokenBuilder.Build(line, pieces);
    }

    private List<Piece> FindPieces(Chart chart)
    {
        var pieces = new List<Piece>();
        var tops = new List<TopAlternative>();
        List<Match> found = chart.Rent();
        for (int start = 0; start < chart.Text.Length; start++)
        {
            if (chart.Folded[start] == ' ' || !chart.MayStart(start))
            {
                continue;
            }

            tops.Clear();
            grammar.Collect(chart, start, tops);
            foreach (TopAlternative top in tops)
            {
                top.Alternative.Sequence.Match(chart, start, null, found);
                foreach (Match match in found)
                {
                    if (match.End > start && chart.MayEnd(match.End) && top.Alternative.Accepts(match.Captures))
                    {
                        pieces.Add(new Piece(start, match.End, top, match));
                    }
                }

                found.Clear();
            }
        }

        chart.Return(found);
        return pieces;
    }

    private static List<Piece> BestPieces(List<Piece> pieces, int length)
    {
        if (pieces.Count == 0)
        {
            return pieces;
        }

        var best = new double[length + 1];
        var last = new Piece?[length + 1];
        int next = 0;
        for (int at = 0; at <= length; at++)
        {
            if (at > 0 && (best[at] < best[at - 1] || (last[at] is null && best[at] <= best[at - 1])))
            {
                best[at] = best[at - 1];
                last[at] = null;
            }

            for (; next < pieces.Count && pieces[next].Start == at; next++)
            {
                Piece piece = pieces[next];
                double score = best[at] + piece.End - piece.Start - PieceCost + piece.Top.Weight;
                if (score > best[piece.End] + 1e-9)
                {
                    best[piece.End] = score;
                    last[piece.End] = piece;
                }
            }
        }

        var chosen = new List<Piece>();
        for (int at = length; at > 0;)
        {
            if (last[at] is { } piece)
            {
                chosen.Add(piece);
                at = piece.Start;
            }
            else
            {
                at--;
            }
        }

        chosen.Reverse();
        return chosen;
    }
}

/// <summary>A piece of the text that a rule matched.</summary>
internal sealed record Piece(int Start, int End, TopAlternative Top, Match Match);
