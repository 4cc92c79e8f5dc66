namespace Paraformer.Engine.Text;

/// <summary>
/// What a network has computed of a text that grows: a text that begins like the one before costs only what is new of it. Not thread-safe; one per stream.
/// </summary>
internal sealed class PunctuationMemory
{
    /// <summary>The units of the words last seen.</summary>
    public PunctuationUnits Units { get; } = new();

    /// <summary>Number of places computed; a place of the network decides about the unit that its delay is before it.</summary>
    public int Places { get; private set; }

    /// <summary>Number of units there were when the places were computed.</summary>
    public int UnitsSeen { get; private set; }

    /// <summary>The network that computed.</summary>
    public PunctuationModel? Model { get; private set; }

    /// <summary>The language that was computed for.</summary>
    public string Language { get; private set; } = "";

    /// <summary>Rows of the first table: those of no unit in front, then those of the units.</summary>
    public int[] First { get; private set; } = [];

    /// <summary>Rows of the second table, likewise.</summary>
    public int[] Second { get; private set; } = [];

    /// <summary>Probabilities of the marks, place by place.</summary>
    public float[] Marks { get; private set; } = [];

    /// <summary>Probabilities of the casings, place by place.</summary>
    public float[] Cases { get; private set; } = [];

    /// <summary>Narrowed values: zeros in front, then those of the places.</summary>
    public float[] Narrowed { get; private set; } = [];

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        Units.Clear();
        Model = null;
        Language = "";
        Places = UnitsSeen = 0;
    }

    /// <summary>Whether what is remembered was computed by the network for the language; otherwise it is forgotten and they are taken note of.</summary>
    public bool Belongs(PunctuationModel model, string language)
    {
        if (Model == model && Language == language)
        {
            return true;
        }

        Reset();
        Model = model;
        Language = language;
        return false;
    }

    /// <summary>Sets what is computed.</summary>
    public void Advance(int places, int units) => (Places, UnitsSeen) = (places, units);

    /// <summary>Makes room, keeping what there is.</summary>
    public void Reserve(int first, int second, int marks, int cases, int narrowed)
    {
        First = Grown(First, first);
        Second = Grown(Second, second);
        Marks = Grown(Marks, marks);
        Cases = Grown(Cases, cases);
        Narrowed = Grown(Narrowed, narrowed);
    }

    private static T[] Grown<T>(T[] array, int length)
    {
        if (array.Length < length)
        {
            Array.Resize(ref array, Math.Max(length, array.Length * 2));
        }

        return array;
    }
}
