namespace Paraformer.Engine.Text.InverseNormalization.OpenFst;

/// <summary>An arc; label 0 is none.</summary>
internal readonly record struct FstArc(int Input, int Output, float Weight, int Next);

/// <summary>A weighted transducer over bytes in the tropical semiring. Immutable.</summary>
internal sealed class Fst(int start, float[] finals, int[] firsts, FstArc[] arcs)
{
    public IReadOnlyList<FstArc> Arcs => arcs;

    /// <summary>Whether arcs without input lead from a state to itself, so that following them may have no end.</summary>
    public bool HasSilentCycle()
    {
        int states = firsts.Length - 1;
        var entries = new int[states];
        foreach (FstArc arc in arcs)
        {
            entries[arc.Next] += arc.Input == 0 ? 1 : 0;
        }

        // States that no silent arc leads to are taken away with their arcs; what is on a circle stays.
        var free = new Stack<int>(Enumerable.Range(0, states).Where(state => entries[state] == 0));
        int taken = 0;
        for (; free.TryPop(out int state); taken++)
        {
            foreach (FstArc arc in ArcsOf(state))
            {
                if (arc.Input == 0 && --entries[arc.Next] == 0)
                {
                    free.Push(arc.Next);
                }
            }
        }

        return taken < states;
    }

    /// <summary>
    /// The output of the cheapest path that reads all of the input, or null when there is none: what composing a linear acceptor
    /// with the transducer and taking the shortest path gives. The transducer has no cycle without input.
    /// </summary>
    public byte[]? Apply(ReadOnlySpan<byte> input)
    {
        var trail = new List<(int Before, int Output)>();
        var current = new Dictionary<int, Arrival> { [start] = new(0, 0, -1) };
        for (int at = 0; ; at++)
        {
            FollowSilent(current, trail);
            if (at == input.Length)
            {
                break;
            }

            var next = new Dictionary<int, Arrival>();
            foreach ((int state, Arrival arrival) in current)
            {
                foreach (FstArc arc in ArcsOf(state))
                {
                    if (arc.Input == input[at])
                    {
                        Relax(next, trail, arc, arrival);
                    }
                }
            }

            if (next.Count == 0)
            {
                return null;
            }

            current = next;
        }

        var best = new Arrival(double.PositiveInfinity, 0, -1);
        foreach ((int state, Arrival arrival) in current)
        {
            Arrival ended = arrival with { Cost = arrival.Cost + finals[state] };
            if (ended.IsBetterThan(best))
            {
                best = ended;
            }
        }

        return double.IsPositiveInfinity(best.Cost) ? null : Outputs(trail, best.Trail);
    }

    private void FollowSilent(Dictionary<int, Arrival> states, List<(int Before, int Output)> trail)
    {
        var waiting = new Queue<int>(states.Keys);
        while (waiting.TryDequeue(out int state))
        {
            Arrival arrival = states[state];
            foreach (FstArc arc in ArcsOf(state))
            {
                if (arc.Input == 0 && Relax(states, trail, arc, arrival))
                {
                    waiting.Enqueue(arc.Next);
                }
            }
        }
    }

    private ReadOnlySpan<FstArc> ArcsOf(int state) => arcs.AsSpan(firsts[state], firsts[state + 1] - firsts[state]);

    private static bool Relax(Dictionary<int, Arrival> states, List<(int Before, int Output)> trail, FstArc arc, Arrival from)
    {
        bool writes = arc.Output != 0;
        var arrival = new Arrival(from.Cost + arc.Weight, from.Digits + (arc.Output is >= '0' and <= '9' ? 1 : 0), from.Trail);
        if (states.TryGetValue(arc.Next, out Arrival known) && !arrival.IsBetterThan(known))
        {
            return false;
        }

        if (writes)
        {
            trail.Add((from.Trail, arc.Output));
            arrival = arrival with { Trail = trail.Count - 1 };
        }

        states[arc.Next] = arrival;
        return true;
    }

    private static byte[] Outputs(List<(int Before, int Output)> trail, int last)
    {
        var outputs = new List<byte>();
        for (int at = last; at >= 0; at = trail[at].Before)
        {
            outputs.Add((byte)trail[at].Output);
        }

        outputs.Reverse();
        return [.. outputs];
    }

    /// <summary>The best way to a state: its cost, how many digits it wrote, and its last label.</summary>
    private readonly record struct Arrival(double Cost, int Digits, int Trail)
    {
        private const double Same = 1e-4;

        /// <summary>Cheaper, or as cheap with fewer digits: 20 and 210 cost the same for 二十 in the public pack.</summary>
        public bool IsBetterThan(Arrival other) => Cost < other.Cost - Same || (Cost <= other.Cost + Same && Digits < other.Digits);
    }
}
