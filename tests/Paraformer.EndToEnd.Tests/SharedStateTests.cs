using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Paraformer.Testing;

[assembly: AssemblyFixture(typeof(PostgresCluster))]

namespace Paraformer.EndToEnd.Tests;

/// <summary>Server processes that are killed, and others on the same state.</summary>
public sealed class SharedStateTests(PostgresCluster postgres)
{
    private const string Path = "/api/v1/services/audio/asr/customization";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_killed_server_had_answered_for_another_one_knows(bool isShared)
    {
        Packs.RequireEnglish();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("paraformer-state-");
        try
        {
            string location = isShared ? await postgres.NewSchemaAsync(Ct) : System.IO.Path.Combine(folder.FullName, "state.db");
            string key = (await CommandLine.RunAsync(["keys", "create", "app", "--data", location])).OutputLines.Single();
            (Process first, HttpClient http) = await StartAsync(location);
            var made = new List<string>();
            using (http)
            {
                Task making = Task.Run(() => MakeListsAsync(http, key, made), Ct);
                while (Count(made) < 5)
                {
                    await Task.Delay(20, Ct);
                }

                // SIGKILL, in the midst of its work.
                first.Kill();
                await first.WaitForExitAsync(Ct);
                await making;
            }

            first.Dispose();
            (Process second, HttpClient other) = await StartAsync(location);
            using (other)
            {
                HashSet<string> kept = [.. (await CustomizeAsync(other, key, """{"action":"list_vocabulary","page_size":1000}"""))
                    .GetProperty("output").GetProperty("vocabulary_list").EnumerateArray().Select(list => list.GetProperty("vocabulary_id").GetString()!)];
                Assert.All(made, id => Assert.Contains(id, kept));
                Assert.InRange(kept.Count, made.Count, made.Count + 1);

                string id = (await CommandLine.RunAsync(["keys", "list", "--data", location])).OutputLines[1].Split(' ')[0];
                Assert.Equal(0, (await CommandLine.RunAsync(["keys", "revoke", id, "--data", location])).ExitCode);
                while ((await SendAsync(other, key, """{"action":"list_vocabulary"}""")).Status != HttpStatusCode.Unauthorized)
                {
                    await Task.Delay(50, Ct);
                }
            }

            second.Kill();
            await second.WaitForExitAsync(Ct);
            second.Dispose();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MakeListsAsync(HttpClient http, string key, List<string> made)
    {
        try
        {
            for (int i = 0; i < 1000; i++)
            {
                JsonElement answer = await CustomizeAsync(
                    http, key, """{"action":"create_vocabulary","target_model":"paraformer-realtime-v2","prefix":"p","vocabulary":[{"text":"x","weight":4}]}""");
                string id = answer.GetProperty("output").GetProperty("vocabulary_id").GetString()!;
                lock (made)
                {
                    made.Add(id);
                }

                if (i >= 5)
                {
                    // Whether a deletion that is under way when the server dies has happened, nobody can know.
                    lock (made)
                    {
                        made.Remove(id);
                    }

                    await CustomizeAsync(http, key, $$"""{"action":"delete_vocabulary","vocabulary_id":"{{id}}"}""");
                }
            }
        }
        catch (HttpRequestException)
        {
            // The server was killed.
            return;
        }
    }

    private static int Count(List<string> made)
    {
        lock (made)
        {
            return made.Count;
        }
    }

    private static async Task<JsonElement> CustomizeAsync(HttpClient http, string key, string input)
    {
        (HttpStatusCode status, string body) = await SendAsync(http, key, input);
        Assert.True(status == HttpStatusCode.OK, body);
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpClient http, string key, string input)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        request.Content = new StringContent($$"""{"model":"speech-biasing","input":{{input}} }""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await http.SendAsync(request, Ct);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    private static async Task<(Process Server, HttpClient Http)> StartAsync(string location)
    {
        Process server = CommandLine.Start(["serve", "--port", "0", "--data", location]);
        Task<string> errors = server.StandardError.ReadToEndAsync(Ct);
        string? line = await server.StandardOutput.ReadLineAsync(Ct).AsTask().WaitAsync(s_patience, Ct);
        Assert.True(line is not null, line is null ? await errors : "");
        Uri endpoint = new(line!.Split(' ')[2]);
        return (server, new HttpClient { BaseAddress = new UriBuilder(endpoint) { Scheme = "http", Path = "/" }.Uri });
    }
}
