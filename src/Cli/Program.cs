using System.CommandLine;
using PlaybookOperator.Cli;
using PlaybookOperator.Cli.Caches;
using PlaybookOperator.Cli.Commands;
using PlaybookOperator.Cli.Evaluating;
using PlaybookOperator.Cli.Executions;
using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Cli.Replaying;
using PlaybookOperator.Cli.Running;

// Before anything else opens a file.
var hasOutput = StandardStreams.Prepare();
// What fails on a thread of its own would end the process with a stack trace.
AppDomain.CurrentDomain.UnhandledException += static (_, unforeseen) =>
    Environment.Exit(unforeseen.ExceptionObject is Exception exception ? Sentence.Tell(exception) : ExitCodes.Failed);
using var signals = new StopSignals();
try
{
    if (!hasOutput) throw new OutputException("standard output is closed; nothing was done.");
    StandardOutput.Install();
    var root = new RootCommand("Runs and checks playbooks with long loops.")
    {
        RunCommand.Create(),
        LintCommand.Create(),
        ReplayCommand.Create(),
        EvalCommand.Create(),
        CrdsCommand.Create(),
        RedriveCommand.Create(),
        CachesCommand.Create(),
    };
    foreach (var command in ExecutionCommands.Create()) root.Add(command);

    // An argument that begins with @ is a value like any other, not the name of a file with more arguments.
    var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    if (parsed.Errors.Count > 0)
    {
        foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"playbook: {error.Message}");
        return ExitCodes.Wrong;
    }

    // A run takes its time to end cleanly, and sees to it itself that it does.
    if (parsed.CommandResult.Command.Name != RunCommand.Name) signals.EndAfter(TimeSpan.FromSeconds(2), TimeProvider.System);
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, signals.Token);
}
catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
{
    return ExitCodes.Interrupted;
}
catch (Exception exception)
{
    return Sentence.Tell(exception);
}
