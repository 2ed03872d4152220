using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PlaybookOperator.Cli.Commands;
using PlaybookOperator.Cli.Server;
using PlaybookOperator.Kubernetes.Client;

namespace PlaybookOperator.Cli.Executions;

/// <summary>
/// <c>playbook list | get | watch | cancel | suspend | resume | events</c>: executions of the cluster of the current kubeconfig, or with <c>--server</c> of
/// an operator's API. Events are in the API alone.
/// </summary>
internal static class ExecutionCommands
{
    private const int DefaultLimit = 50;
    private const int MostFailures = 30;
    private const string DefaultServer = "http://127.0.0.1:8082";
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly Argument<string> s_name = new("NAME") { Description = "An Execution; with --server also by its id." };
    private static readonly Option<string?> s_namespace = new("--namespace", "-n") { Description = "Its namespace; else the one of the current context, and with --server any." };
    private static readonly Option<bool> s_all = new("--all-namespaces", "-A") { Description = "Those of all namespaces." };
    private static readonly Option<string?> s_server = new("--server") { Description = $"The operator's API, such as {DefaultServer}; else the current kubeconfig is used." };
    private static readonly Option<string?> s_token = new("--token") { Description = $"A Kubernetes token for --server; else the variable {ApiToken.Variable}." };
    private static readonly Option<string> s_output = new("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };
    private static readonly Option<string?> s_status = new("--status") { Description = "Only those of this status, such as RUNNING." };
    private static readonly Option<string?> s_playbook = new("--playbook") { Description = "Only those of this playbook." };
    private static readonly Option<int> s_limit = new("--limit") { Description = "So many at most.", DefaultValueFactory = _ => DefaultLimit };
    private static readonly Option<long> s_after = new("--after") { Description = "Only events after the one of this id." };
    private static readonly Option<string?> s_type = new("--type") { Description = "Only events of this type, such as call.error." };
    private static readonly Option<bool> s_follow = new("--follow", "-f") { Description = "Go on until the execution has ended." };

    public static IEnumerable<Command> Create()
    {
        s_output.AcceptOnlyFromAmong("text", "json");
        yield return Of("list", "List executions, newest first.", ListAsync, s_all, s_status, s_playbook, s_limit);
        yield return Of("get", "Show where an execution stands.", GetAsync, s_name);
        yield return Of("watch", "Follow an execution until it has ended; exits as it did.", WatchAsync, s_name);
        yield return Of("events", "Print the events of an execution, oldest first. They are in the operator's API.", EventsAsync, s_name, s_after, s_type, s_follow);
        foreach (var (verb, what) in new[] { ("cancel", "End an execution."), ("suspend", "Start nothing more in an execution."), ("resume", "Let a suspended execution go on.") })
            yield return Of(verb, what, (parsed, stop) => ControlAsync(parsed, verb, stop), s_name);
    }

    private static Command Of(string name, string what, Func<ParseResult, CancellationToken, Task<int>> run, params Symbol[] own)
    {
        var command = new Command(name, what) { s_namespace, s_server, s_token, s_output };
        foreach (var symbol in own)
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }

        command.SetAction(async (parsed, stop) =>
        {
            try
            {
                return await run(parsed, stop);
            }
            catch (Exception failure) when (failure is OperatorApiException or ApiException)
            {
                await Console.Error.WriteLineAsync($"playbook: {failure.Message}");
                return ExitCodes.Failed;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return ExitCodes.Cancelled;
            }
        });
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var limit = parsed.GetValue(s_limit);
        if (limit is < 1 or > 500) throw new UsageException($"--limit must be from 1 to 500, not {limit}.");
        using var source = Open(parsed);
        var space = parsed.GetValue(s_all) ? "" : parsed.GetValue(s_namespace);
        var found = await source.ListAsync(new ExecutionFilter(space, parsed.GetValue(s_status), parsed.GetValue(s_playbook), limit), cancellationToken);
        if (parsed.GetValue(s_output) == "json") JsonOutput.Write(Console.Out, found.Select(one => one.Raw));
        else ExecutionText.WriteTable(Console.Out, found, TimeProvider.System.GetUtcNow());
        return ExitCodes.Completed;
    }

    private static async Task<int> GetAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var source = Open(parsed);
        if (await FindAsync(source, parsed, cancellationToken) is not { } found) return ExitCodes.Wrong;
        if (parsed.GetValue(s_output) == "json") JsonOutput.Write(Console.Out, found.Raw);
        else ExecutionText.Write(Console.Out, found, TimeProvider.System.GetUtcNow());
        return ExitCodes.Completed;
    }

    private static async Task<int> WatchAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var source = Open(parsed);
        string? told = null;
        for (var failures = 0; ;)
        {
            ExecutionSummary? found;
            try
            {
                found = await FindAsync(source, parsed, cancellationToken);
            }
            catch (Exception failure) when (told is not null && ++failures < MostFailures && IsPassing(failure))
            {
                // An operator that restarts is back in a moment.
                await Task.Delay(s_look, TimeProvider.System, cancellationToken);
                continue;
            }

            failures = 0;
            if (found is null) return ExitCodes.Wrong;
            var line = ExecutionText.Line(found);
            if (line != told)
            {
                if (parsed.GetValue(s_output) == "json") Console.Out.WriteLine(found.Raw.GetRawText());
                else Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss} {line}"));
            }

            told = line;
            if (StandardStreams.ReaderIsGone()) return ExitCodes.Completed;
            if (found.IsOver) return found.Status switch { "COMPLETED" => ExitCodes.Completed, "CANCELLED" => ExitCodes.Cancelled, _ => ExitCodes.Failed };
            await Task.Delay(s_look, TimeProvider.System, cancellationToken);
        }
    }

    private static bool IsPassing(Exception failure) => failure switch
    {
        OperatorApiException refused => refused.Status is null || (int)refused.Status >= 500,
        ApiException failed => failed.IsTransient,
        _ => false,
    };

    private static async Task<int> EventsAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = OperatorApi.Connect(parsed.GetValue(s_server) ?? DefaultServer, parsed.GetValue(s_token) ?? ApiToken.Read());
        using var source = new ServerExecutions(api);
        if (await FindAsync(source, parsed, cancellationToken) is not { } found) return ExitCodes.Wrong;
        var asJson = parsed.GetValue(s_output) == "json";
        var type = parsed.GetValue(s_type) is { } name ? $"type={Uri.EscapeDataString(name)}" : "";
        var after = parsed.GetValue(s_after);
        var root = $"api/executions/{found.Id}/events";
        if (parsed.GetValue(s_follow))
        {
            await foreach (var happened in api.FollowAsync($"{root}/stream?{type}", after, cancellationToken))
            {
                ExecutionText.WriteEvent(Console.Out, happened, asJson);
                if (StandardStreams.ReaderIsGone()) break;
            }

            return ExitCodes.Completed;
        }

        for (var more = true; more && !StandardStreams.ReaderIsGone();)
        {
            var page = await api.GetAsync($"{root}?after={after}&limit=500&{type}", cancellationToken);
            foreach (var happened in page.GetProperty("events").EnumerateArray()) ExecutionText.WriteEvent(Console.Out, happened, asJson);
            (after, more) = (page.GetProperty("next_after").GetInt64(), page.GetProperty("has_more").GetBoolean());
        }

        return ExitCodes.Completed;
    }

    private static async Task<int> ControlAsync(ParseResult parsed, string verb, CancellationToken cancellationToken)
    {
        using var source = Open(parsed);
        if (await FindAsync(source, parsed, cancellationToken) is not { } found) return ExitCodes.Wrong;
        var status = await source.ControlAsync(found, verb, cancellationToken);
        if (parsed.GetValue(s_output) == "json")
            JsonOutput.Write(Console.Out, Core.Executions.JsonText.Object(writer =>
            {
                writer.WriteString("execution_id", found.Id);
                writer.WriteString("name", found.Name);
                writer.WriteString("status", status);
            }));
        else Console.Out.WriteLine($"{found.Namespace}/{found.Name}: {status.Replace('_', ' ')}");
        return ExitCodes.Completed;
    }

    private static IExecutionSource Open(ParseResult parsed) => parsed.GetValue(s_server) is { } server
        ? new ServerExecutions(OperatorApi.Connect(server, parsed.GetValue(s_token) ?? ApiToken.Read()))
        : new ClusterExecutions(ClusterAccess.Open());

    private static async Task<ExecutionSummary?> FindAsync(IExecutionSource source, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (name, space) = (parsed.GetValue(s_name)!, parsed.GetValue(s_namespace));
        var found = await source.FindAsync(name, space, cancellationToken);
        if (found is null) await Console.Error.WriteLineAsync($"playbook: there is no Execution '{name}'{(space is null ? "" : $" in namespace {space}")}.");
        return found;
    }
}
