namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>Lays the chosen pieces over the words. A piece that begins or ends inside a word takes the rest of the word with it.</summary>
internal static class TokenBuilder
{
    public static List<NormalizedToken> Build(SourceLine line, List<Piece> pieces)
    {
        var tokens = new List<NormalizedToken>(line.Words.Count);
        var cuts = new List<(int Offset, int Source)>();
        int word = 0;
        int next = 0;
        while (next < pieces.Count)
        {
            if (pieces[next].Top.Keep)
            {
                next++;
                continue;
            }

            int first = line.WordAt(pieces[next].Start);
            if (first < word)
            {
                throw new InvalidOperationException("Pieces of the text overlap.");
            }

            for (; word < first; word++)
            {
                tokens.Add(new NormalizedToken(line.Words[word], word, 1));
            }

            string text = "";
            int at = line.StartOf(first);
            cuts.Clear();
            int end;
            do
            {
                Piece piece = pieces[next++];
                text += line.Text[at..piece.Start];
                if (piece.Top.Keep)
                {
                    text += line.Text[piece.Start..piece.End];
                }
                else
                {
                    int offset = text.Length;
                    int known = cuts.Count;
                    text += piece.Top.Alternative.Template?.Write(piece.Match.Captures, cuts) ?? piece.Match.Value.Text;
                    for (int i = known; i < cuts.Count; i++)
                    {
                        cuts[i] = (cuts[i].Offset + offset, cuts[i].Source);
                    }
                }

                at = piece.End;
                end = line.WordAt(piece.End - 1);
            }
            while (next < pieces.Count && line.WordAt(pieces[next].Start) <= end);
            text += line.Text[at..line.EndOf(end)];
            AddPart(line, tokens, text, cuts, first, end + 1);
            word = end + 1;
        }

        for (; word < line.Words.Count; word++)
        {
            tokens.Add(new NormalizedToken(line.Words[word], word, 1));
        }

        return tokens;
    }

    private static void AddPart(SourceLine line, List<NormalizedToken> tokens, string text, List<(int Offset, int Source)> cuts, int first, int end)
    {
        int from = 0;
        foreach ((int offset, int source) in cuts)
        {
            int word = line.WordAt(source);
            if (word > first && word < end && offset > from)
            {
                tokens.Add(new NormalizedToken(text[from..offset], first, word - first));
                first = word;
                from = offset + 1;
            }
        }

        tokens.Add(new NormalizedToken(text[from..], first, end - first));
    }
}
