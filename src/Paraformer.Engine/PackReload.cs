namespace Paraformer.Engine;

/// <summary>What became of a pack when the engine looked for changed files.</summary>
/// <param name="Pack">The pack's id.</param>
/// <param name="Result">Whether it was loaded anew.</param>
/// <param name="Problem">Why it was not, where it should have been; else null.</param>
public sealed record PackReload(string Pack, PackReloadResult Result, string? Problem);

/// <summary>What became of a pack.</summary>
public enum PackReloadResult
{
    /// <summary>Its files are those that it was loaded from.</summary>
    Unchanged,

    /// <summary>New streams use the new files; streams that ran already end on the old ones.</summary>
    Reloaded,

    /// <summary>The new files do not work; all streams go on using the old ones.</summary>
    Failed,
}
