using System.CommandLine;
using System.Net;
using System.Text.Json;
using PlaybookOperator.Cli.Server;

namespace PlaybookOperator.Cli.Caches;

/// <summary><c>playbook caches [NAME] [--clear]</c>: what the caches of a running operator hold and have done, and how to empty them.</summary>
internal static class CachesCommand
{
    private const string DefaultServer = "http://127.0.0.1:8082";
    private static readonly Argument<string?> s_name = new("NAME") { Description = "One cache, with its newest entries; else all.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> s_clear = new("--clear") { Description = "Empty it, or all of them." };

    private static readonly Option<string> s_server = new("--server")
    {
        Description = "The operator's API.",
        DefaultValueFactory = _ => DefaultServer,
    };

    private static readonly Option<string?> s_token = new("--token") { Description = $"A Kubernetes token; else the variable {ApiToken.Variable}." };
    private static readonly Option<string> s_output = new("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };

    public static Command Create()
    {
        s_output.AcceptOnlyFromAmong("text", "json");
        var command = new Command("caches", "Show or empty the caches of a running operator.") { s_name, s_clear, s_server, s_token, s_output };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = parsed.GetValue(s_name);
        using var api = OperatorApi.Connect(parsed.GetValue(s_server)!, parsed.GetValue(s_token) ?? ApiToken.Read());
        try
        {
            var answer = parsed.GetValue(s_clear) ? await ClearAsync(api, name, cancellationToken) : await api.GetAsync(PathOf(name), cancellationToken);
            if (parsed.GetValue(s_output) == "json") JsonOutput.Write(Console.Out, answer);
            else CachesText.Write(Console.Out, answer);
            return ExitCodes.Completed;
        }
        catch (OperatorApiException failure)
        {
            await Console.Error.WriteLineAsync($"playbook: {failure.Message}");
            // An unknown name is a mistake on the command line.
            return failure.Status == HttpStatusCode.NotFound && name is not null ? ExitCodes.Wrong : ExitCodes.Failed;
        }
    }

    /// <summary>A list <c>cleared</c> of <c>{name, entries_cleared}</c>.</summary>
    private static async Task<JsonElement> ClearAsync(OperatorApi api, string? name, CancellationToken cancellationToken)
    {
        var names = name is not null
            ? [name]
            : (await api.GetAsync(PathOf(null), cancellationToken)).GetProperty("caches").EnumerateArray().Select(cache => cache.GetProperty("name").GetString()!).ToList();
        var cleared = new List<(string Name, long Entries)>();
        foreach (var one in names)
            cleared.Add((one, (await api.PostAsync($"{PathOf(one)}/clear", cancellationToken)).GetProperty("entries_cleared").GetInt64()));
        return Core.Executions.JsonText.Object(writer =>
        {
            writer.WriteStartArray("cleared");
            foreach (var (cache, entries) in cleared)
            {
                writer.WriteStartObject();
                writer.WriteString("name", cache);
                writer.WriteNumber("entries_cleared", entries);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static string PathOf(string? name) => name is null ? "api/caches" : $"api/caches/{Uri.EscapeDataString(name)}";
}
