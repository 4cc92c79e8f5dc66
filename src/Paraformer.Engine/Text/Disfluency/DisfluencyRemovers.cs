namespace Paraformer.Engine.Text;

internal static class DisfluencyRemovers
{
    public static IDisfluencyRemover? For(string language) => null;
}
