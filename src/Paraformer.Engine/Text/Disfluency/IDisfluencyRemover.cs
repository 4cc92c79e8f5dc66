namespace Paraformer.Engine.Text;

/// <summary>Finds what a speaker said but did not mean to: fillers, repetitions, false starts. Immutable, usable from any thread.</summary>
internal interface IDisfluencyRemover
{
    /// <summary>For each word, whether it is to be left out.</summary>
    bool[] FindDisfluencies(IReadOnlyList<string> words);
}
