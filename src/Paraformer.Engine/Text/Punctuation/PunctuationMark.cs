namespace Paraformer.Engine.Text;

/// <summary>What may follow a word; the values are the classes of the network's output.</summary>
internal enum PunctuationMark
{
    None,
    Comma,
    Stop,
    Question,

    /// <summary>The comma between the items of a Chinese enumeration.</summary>
    Enumeration,
}
