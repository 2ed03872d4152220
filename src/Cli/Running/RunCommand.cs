using System.CommandLine;
using System.Globalization;
using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Executions.Deciding;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Tools.Container;
using PlaybookOperator.Tools.Secrets;
using Duration = PlaybookOperator.Core.Playbooks.Duration;

namespace PlaybookOperator.Cli.Running;

/// <summary><c>playbook run FILE</c>: runs a playbook here, with the operator's engine, without a cluster.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    private static readonly Argument<string?> s_file = new("FILE") { Description = "The playbook; with --resume it may be left out.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> s_resume = new("--resume") { Description = "Go on with this execution of a --store, whose process has died." };
    private static readonly Option<string?> s_name = new("--name") { Description = "Which playbook, where the file has several: its name or path." };
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
            s_file, s_name, s_set, s_workload, s_secret, s_store, s_resume, s_parallel, s_timeout, s_output, s_events, s_serve,
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
        var (file, resume) = (parsed.GetValue(s_file), parsed.GetValue(s_resume));
        if (file is null && resume is null) throw new UsageException("run needs a FILE, or --resume with the id of an execution.");
        return new RunRequest
        {
            File = file,
            Resume = resume is null ? null : ResumedRun.Read(resume, parsed.GetValue(s_store)!, parsed.GetResult(s_workload) is null && parsed.GetValue(s_set)!.Length == 0),
            Name = parsed.GetValue(s_name),
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
        if (StandardStreams.MaxOpenFiles() is { } files and < Sentence.FewestFiles) throw new OutputException(Sentence.TooFewFiles(files));
        var time = TimeProvider.System;
        var file = request.File is { } path ? PlaybookFile.Read(path, request.Name) : null;
        if (file is not null && !await IsFineAsync(file, request, terminal.Errors, time)) return ExitCodes.Wrong;
        foreach (var (name, _) in request.Secrets.Where(secret => secret.Value.Length < SecretMask.MinTelling).OrderBy(secret => secret.Key, StringComparer.Ordinal))
            await terminal.Errors.WriteLineAsync($"playbook: warning: secret {name} has fewer than {SecretMask.MinTelling} characters: it is not masked in what is printed and kept.");
        using var events = request.EventsFile is null ? null : new EventFile(request.EventsFile);
        await using var store = await Store.OpenAsync(request.Store, events, time, terminal.Errors, cancellationToken);
        var resumed = request.Resume is { } id ? await ResumedRun.FindAsync(store.Reader, id, file, cancellationToken) : null;
        if (await ExecuteAsync(request, file, resumed, (store, events), terminal, cancellationToken) is not { } pass) return ExitCodes.Failed;
        // What was run is told even after Ctrl-C.
        var view = await RunView.ReadAsync(pass, store.Reader, CancellationToken.None);
        if (request.AsJson) await RunSummary.WriteJsonAsync(terminal.Output, view, CancellationToken.None);
        else await RunSummary.WriteTextAsync(terminal.Text, view);
        if (events?.Close() is not { } unwritten) return ExitCode(pass.State.Phase);
        await terminal.Errors.WriteLineAsync($"playbook: {unwritten}");
        return pass.State.Phase == ExecutionPhase.Completed ? ExitCodes.Failed : ExitCode(pass.State.Phase);
    }

    /// <summary>Null, and told: another process has the execution.</summary>
    private static async Task<PassResult?> ExecuteAsync(
        RunRequest request, PlaybookFile? file, ExecutionHeader? resumed, (Store Log, EventFile? Events) store, Terminal terminal, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var follower = store.Events is null ? null : new EventFollower(store.Events, request.Store == Store.Memory ? null : store.Log.Reader, time);
        await using var run = new LocalRun(store.Log, request, store.Events, time);
        await using var server = request.Serve is { } address ? await LocalServer.StartAsync(address, run, store.Log, time, terminal.Errors) : null;
        var id = resumed?.Id ?? await run.StartAsync(file!, request.Workload, parent: null);
        var (lease, refusal) = store.Log.Runners is { } runners ? await RunLease.TakeAsync(runners, id, time, terminal.Errors, cancellationToken) : default;
        await using var held = lease;
        if (refusal is not null)
        {
            await terminal.Errors.WriteLineAsync($"playbook: {refusal}");
            return null;
        }

        var plan = resumed is null ? file!.Plan! : await run.ResumeAsync(resumed, cancellationToken);
        using var drain = new DrainLimit(time, Decider.DrainTimeOf(plan), terminal.Errors);
        using var draining = stop.Token.Register(drain.Begin);
        using var hurrying = stop.Token.Register(store.Log.Stopping);
        using var timer = request.Timeout is { } timeout ? time.CreateTimer(_ => StopAt(timeout), null, timeout, Timeout.InfiniteTimeSpan) : null;
        var draw = !request.AsJson && terminal.Draws;
        var pass = await ProgressBars.ShowAsync(draw, progress => run.FinishAsync(id, progress, stop.Token));
        if (server is not null) await server.FinishAsync(lingers: draw, terminal.Errors, stop.Token);
        return pass;

        void StopAt(TimeSpan timeout)
        {
            run.CancelMessage = string.Create(CultureInfo.InvariantCulture, $"--timeout of {timeout.TotalSeconds:0.###} s is over.");
            stop.Cancel();
        }
    }

    /// <summary>Tells what is wrong with a playbook that is to be run, and with its workload where that is new.</summary>
    private static async Task<bool> IsFineAsync(PlaybookFile file, RunRequest request, TextWriter errors, TimeProvider time)
    {
        foreach (var problem in file.Problems) await errors.WriteLineAsync(problem.ToString());
        if (file.HasErrors) return false;
        if (file.Plan!.Steps.FirstOrDefault(step => step.Task is { RunsAsContainer: true }) is { } container)
            throw new UsageException($"{request.File}: {container.Field}.tool: {ContainerTool.NeedsCluster}");
        if (request.Resume is not null) return true;
        var unfit = WorkloadMembers.FindUnknown(file.Plan, request.Workload);
        if (unfit.Count == 0) unfit = file.Plan.Schema?.Check(file.Plan.Workload, request.Workload, time.GetUtcNow()) ?? [];
        foreach (var problem in unfit) await errors.WriteLineAsync($"playbook: {problem}");
        return unfit.Count == 0;
    }

    private static int ExitCode(ExecutionPhase phase) => phase switch
    {
        ExecutionPhase.Completed => ExitCodes.Completed,
        ExecutionPhase.Cancelled => ExitCodes.Cancelled,
        _ => ExitCodes.Failed,
    };
}
