using System.CommandLine;
using System.Globalization;
using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Deciding;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Tools.Container;
using PlaybookOperator.Tools.Secrets;
using Duration = PlaybookOperator.Core.Playbooks.Duration;

namespace PlaybookOperator.Cli.Running;

/// <summary><c>playbook run FILE</c>: runs a playbook here, with the operator's engine, without a cluster.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    private static readonly Argument<string> s_file = new("FILE") { Description = "The playbook." };
    private static readonly Option<string[]> s_set = new("--set") { Description = "A member of the workload, as a.b=VALUE; read as JSON where it is, else as text.", DefaultValueFactory = _ => [] };
    private static readonly Option<string?> s_workload = new("--workload") { Description = "A YAML or JSON file that is merged over the playbook's workload." };
    private static readonly Option<string[]> s_secret = new("--secret") { Description = "The value of a secret, as NAME=VALUE.", DefaultValueFactory = _ => [] };
    private static readonly Option<string> s_store = new("--store") { Description = "memory, or the connection string of a Postgres database.", DefaultValueFactory = _ => Store.Memory };
    private static readonly Option<int?> s_parallel = new("--parallel") { Description = "Calls at once, over the whole run." };
    private static readonly Option<string?> s_timeout = new("--timeout") { Description = "Cancel after this time, such as 30s or 5m." };
    private static readonly Option<string> s_output = new("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };
    private static readonly Option<string?> s_events = new("--events") { Description = "Write every event to this file, one JSON object a line." };

    private static readonly Option<string?> s_serve = new("--serve")
    {
        Description = $"Open the API and the web page while it runs; at {LocalServer.DefaultAddress} unless said otherwise.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() => Create(Terminal.OfProcess());

    public static Command Create(Terminal terminal)
    {
        s_output.AcceptOnlyFromAmong("text", "json");
        var command = new Command(Name, "Run a playbook here, without a cluster.")
        {
            s_file, s_set, s_workload, s_secret, s_store, s_parallel, s_timeout, s_output, s_events, s_serve,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(Read(parsed), terminal, cancellationToken));
        return command;
    }

    private static RunRequest Read(ParseResult parsed)
    {
        var parallel = parsed.GetValue(s_parallel);
        if (parallel < 1) throw new UsageException($"--parallel must be at least 1, not {parallel}.");
        TimeSpan? timeout = null;
        if (parsed.GetValue(s_timeout) is { } text)
            timeout = Duration.TryParse(text, out var duration) && duration > TimeSpan.Zero
                ? duration
                : throw new UsageException($"--timeout must be a duration such as 30s or 5m, not '{text}'.");
        return new RunRequest
        {
            File = parsed.GetValue(s_file)!,
            Workload = WorkloadArguments.Build(parsed.GetValue(s_workload), parsed.GetValue(s_set)!),
            Secrets = Secrets(parsed.GetValue(s_secret)!),
            Store = parsed.GetValue(s_store)!,
            Parallel = parallel,
            Timeout = timeout,
            AsJson = parsed.GetValue(s_output) == "json",
            EventsFile = parsed.GetValue(s_events),
            Serve = parsed.GetResult(s_serve) is null ? null : parsed.GetValue(s_serve) ?? LocalServer.DefaultAddress,
        };
    }

    private static Dictionary<string, string> Secrets(string[] arguments)
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            var (name, value) = WorkloadArguments.Split(argument, "--secret");
            secrets[name] = value;
        }

        return secrets;
    }

    private static async Task<int> RunAsync(RunRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        var file = PlaybookFile.Read(request.File);
        foreach (var problem in file.Problems) await terminal.Errors.WriteLineAsync(problem.ToString());
        if (file.HasErrors) return ExitCodes.Wrong;
        foreach (var (name, _) in request.Secrets.Where(secret => secret.Value.Length < SecretMask.MinTelling).OrderBy(secret => secret.Key, StringComparer.Ordinal))
            await terminal.Errors.WriteLineAsync($"playbook: warning: secret {name} has fewer than {SecretMask.MinTelling} characters: it is not masked in what is printed and kept.");
        if (file.Plan!.Steps.FirstOrDefault(step => step.Task is { RunsAsContainer: true }) is { } container)
            throw new UsageException($"{request.File}: {container.Field}.tool: {ContainerTool.NeedsCluster}");
        var time = TimeProvider.System;
        var unfit = file.Plan!.Schema?.Check(file.Plan.Workload, request.Workload, time.GetUtcNow()) ?? [];
        foreach (var problem in unfit) await terminal.Errors.WriteLineAsync($"playbook: {problem}");
        if (unfit.Count > 0) return ExitCodes.Wrong;
        using var events = request.EventsFile is null ? null : new EventFile(request.EventsFile);
        await using var store = await Store.OpenAsync(request.Store, events, time, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        PassResult pass;
        using (var drain = new DrainLimit(time, Decider.DrainTimeOf(file.Plan), terminal.Errors))
        using (stop.Token.Register(drain.Begin))
        await using (var run = new LocalRun(store, request, events, time))
        {
            await using var server = request.Serve is { } address ? await LocalServer.StartAsync(address, run, store, time, terminal.Errors) : null;
            var id = await run.StartAsync(file, request.Workload, parent: null);
            using var timer = request.Timeout is { } timeout ? time.CreateTimer(_ => StopAt(timeout), null, timeout, Timeout.InfiniteTimeSpan) : null;
            var draw = !request.AsJson && terminal.Draws;
            pass = await ProgressBars.ShowAsync(draw, progress => run.FinishAsync(id, progress, stop.Token));
            if (server is not null) await server.FinishAsync(lingers: draw, terminal.Errors, stop.Token);

            void StopAt(TimeSpan timeout)
            {
                run.CancelMessage = string.Create(CultureInfo.InvariantCulture, $"--timeout of {timeout.TotalSeconds:0.###} s is over.");
                stop.Cancel();
            }
        }

        if (events is not null && request.Store != Store.Memory) await events.CopyAsync(store.Reader, CancellationToken.None);
        // What was run is told even after Ctrl-C.
        var view = await RunView.ReadAsync(pass, store.Reader, CancellationToken.None);
        if (request.AsJson) await RunSummary.WriteJsonAsync(terminal.Output, view, CancellationToken.None);
        else await RunSummary.WriteTextAsync(terminal.Text, view);
        return ExitCode(pass.State.Phase);
    }

    private static int ExitCode(ExecutionPhase phase) => phase switch
    {
        ExecutionPhase.Completed => ExitCodes.Completed,
        ExecutionPhase.Cancelled => ExitCodes.Cancelled,
        _ => ExitCodes.Failed,
    };
}
