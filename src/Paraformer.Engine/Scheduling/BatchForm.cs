namespace Paraformer.Engine.Scheduling;

/// <summary>What a graph takes as one batch.</summary>
internal enum BatchForm
{
    /// <summary>One step at a time: its batch axis is fixed, or it fails with a longer one.</summary>
    Single,

    /// <summary>Steps of one length: what pads a shorter one gets into its result.</summary>
    Equal,

    /// <summary>Steps of several lengths: its masks keep what pads a shorter one out.</summary>
    Padded,
}
