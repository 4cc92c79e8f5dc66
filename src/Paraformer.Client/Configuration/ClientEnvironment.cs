namespace Paraformer.Client;

/// <summary>What the process and its user have set; replaced in tests.</summary>
/// <param name="Variable">Reads an environment variable.</param>
/// <param name="Home">The user's home folder.</param>
internal sealed record ClientEnvironment(Func<string, string?> Variable, string Home)
{
    public static ClientEnvironment Process { get; } =
        new(System.Environment.GetEnvironmentVariable, System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile));
}
