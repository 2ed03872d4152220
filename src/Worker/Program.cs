using System.Runtime.InteropServices;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Tools;
using PlaybookOperator.Tools.Running;
using PlaybookOperator.Tools.Secrets;
using PlaybookOperator.Tools.Shell;
using PlaybookOperator.Worker;

var log = new WorkerLog(Console.Out, TimeProvider.System);
if (!WorkerOptions.TryReadEnvironment(out var options, out var problem))
{
    log.Misconfigured(problem);
    return ExitCodes.Misconfigured;
}

using var stop = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var tools = new ToolRegistry(new ToolInstances(TimeProvider.System, options.ToolInstances), TimeProvider.System, new ShellOptions { WorkingDirectory = "/tmp" });
using var client = new OperatorClient(options.ApiUrl);
var calls = new PersistentCalls(client, options, TimeProvider.System, Random.Shared.NextDouble, log);
var queries = new OperatorQueryCache(client, () => calls.Session, TimeProvider.System);
var caches = new WorkerCaches(new TemplateCache(TimeProvider.System), tools.Instances);
var secrets = new MountedSecrets(options.SecretsDirectory);
var runner = new AssignmentRunner(
    tools, secrets, new RunnerOptions(), TimeProvider.System, Random.Shared.NextDouble, queries, caches, new OperatorInputs(calls));
try
{
    foreach (var name in await secrets.TooShortAsync(stop.Token)) log.NotMasked(name);
    if (options.MaskedPod is { } pod) return await new MaskRun(calls, secrets, log, TimeProvider.System).RunAsync(pod, stop.Token);
    return await new WorkerRun(calls, runner, log, TimeProvider.System).RunAsync(stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    log.Stopped();
    return ExitCodes.Stopped;
}

void Stop(PosixSignalContext context)
{
    // The process ends by itself, after the call under way has been cancelled.
    context.Cancel = true;
    stop.Cancel();
}
