using System.Reflection;
using System.Text.RegularExpressions;
using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests;

/// <summary>The table of docs/api-map.md names nothing that does not exist, and leaves out nothing of the page.</summary>
public sealed partial class ApiMapTests
{
    private static readonly string[] PageNames =
    [
        "model", "sample_rate", "format", "vocabulary_id", "phrase_id", "disfluency_removal_enabled", "language_hints", "semantic_punctuation_enabled",
        "max_sentence_silence", "multi_threshold_mode_enabled", "punctuation_prediction_enabled", "heartbeat", "inverse_text_normalization_enabled", "callback",
        "call(", "start(", "send_audio_frame(", "stop(", "get_last_request_id(", "get_first_package_delay(", "get_last_package_delay(",
        "on_open(", "on_event(", "on_complete(", "on_error(", "on_close(", "get_sentence(", "get_request_id(", "is_sentence_end(", "get_usage(",
        "status_code", "code", "message", "begin_time", "end_time", "text", "words", "emo_tag", "emo_confidence", "punctuation",
    ];

    [Fact]
    public void Every_name_of_the_page_has_a_row()
    {
        string first = string.Join('\n', Rows().Select(cells => cells[0]));

        Assert.All(PageNames, name => Assert.Contains($"`{name}", first, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_test_of_the_table_is_a_test()
    {
        Dictionary<string, Type> classes = typeof(ApiMapTests).Assembly.GetTypes().Where(t => t.Name.EndsWith("Tests", StringComparison.Ordinal)).ToDictionary(t => t.Name);
        int tests = 0;
        foreach (string[] cells in Rows())
        {
            foreach (Match match in Code().Matches(cells[^1]))
            {
                string[] name = match.Groups[1].Value.Split('.');
                Assert.True(classes.TryGetValue(name[0], out Type? type), $"There is no test class {name[0]}.");
                MethodInfo? method = type.GetMethod(name[1]);
                Assert.True(method?.GetCustomAttribute<FactAttribute>() is not null, $"There is no test {match.Groups[1].Value}.");
                tests++;
            }
        }

        Assert.True(tests >= PageNames.Length, $"Only {tests} tests are named.");
        Assert.All(Rows(), cells => Assert.Matches(Code(), cells[^1]));
    }

    [Fact]
    public void Every_member_of_the_table_exists()
    {
        Type[] types = [.. typeof(Recognition).Assembly.GetExportedTypes(), .. typeof(Sentence).Assembly.GetExportedTypes(), .. typeof(Exception).Assembly.GetExportedTypes()];
        foreach (string[] cells in Rows())
        {
            foreach (Match match in Code().Matches(cells[^2]))
            {
                string[] name = match.Groups[1].Value.Split('.');
                Type? type = Array.Find(types, t => t.Name == name[0]);
                bool exists = type is not null && (name.Length == 1 || type.GetMember(name[1]).Length > 0);
                Assert.True(exists || !char.IsUpper(name[0][0]), $"There is no {match.Groups[1].Value}.");
            }
        }
    }

    private static IEnumerable<string[]> Rows() =>
        from line in File.ReadLines(Path.Combine(Repository.Root, "docs", "api-map.md"))
        where line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| Python |", StringComparison.Ordinal)
        select line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
