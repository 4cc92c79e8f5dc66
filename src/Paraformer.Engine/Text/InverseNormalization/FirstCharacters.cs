using System.Buffers;

namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>The characters that the matches of a pattern can begin with: most patterns are ruled out by one look at the text. Null characters stand for any.</summary>
internal sealed class FirstCharacters
{
    private readonly SearchValues<char>? _characters;

    private FirstCharacters(SearchValues<char>? characters) => _characters = characters;

    /// <summary>Of a sequence, whose matches may be empty too.</summary>
    public static FirstCharacters Of(Sequence sequence)
    {
        var characters = new HashSet<char>();
        return new FirstCharacters(sequence.CollectFirsts(characters) ? SearchValues.Create([.. characters]) : null);
    }

    public bool MayBegin(Chart chart, int position) =>
        _characters is null || (position < chart.Text.Length && _characters.Contains(chart.Folded[position]));
}
