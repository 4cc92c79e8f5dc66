namespace Paraformer.Client.Tests.Support;

/// <summary>Keeps a failing test from hanging.</summary>
internal static class TestLimit
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);

    /// <summary>The test's own token, canceled after a generous time too.</summary>
    public static CancellationToken Token
    {
        get
        {
            var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            source.CancelAfter(Generous);
            return source.Token;
        }
    }
}
