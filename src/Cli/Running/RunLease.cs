using System.Globalization;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Postgres;

namespace PlaybookOperator.Cli.Running;

/// <summary>
/// This process's hold on an execution of a database: renewed while it runs, so that <c>--resume</c> elsewhere is refused meanwhile, and is possible
/// soon after this process has died.
/// </summary>
internal sealed class RunLease : IAsyncDisposable
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_renewal = TimeSpan.FromSeconds(4);

    private readonly ExecutionRunners _runners;
    private readonly ExecutionId _id;
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly TextWriter _errors;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _renewing;

    private RunLease(ExecutionRunners runners, ExecutionId id, string name, TimeProvider time, TextWriter errors)
    {
        (_runners, _id, _name, _time, _errors) = (runners, id, name, time, errors);
        _renewing = RenewAsync();
    }

    /// <summary>Takes the execution; the sentence why not when another process has it.</summary>
    public static async Task<(RunLease? Lease, string? Refusal)> TakeAsync(
        ExecutionRunners runners, ExecutionId id, TimeProvider time, TextWriter errors, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}, {Guid.NewGuid():N}");
        if (await runners.TryHoldAsync(id, name, s_time, cancellationToken)) return (new RunLease(runners, id, name, time, errors), null);
        return await runners.ReadAsync(id, cancellationToken) is var (other, until)
            ? (null, string.Create(
                CultureInfo.InvariantCulture,
                $"execution {id} is run by {other[..other.LastIndexOf(',')]}. If that has died, try again after {until.UtcDateTime:HH:mm:ss} UTC, when its lease ends."))
            : (null, $"execution {id} was just given up by another process; try again.");
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _renewing;
        _over.Dispose();
        try
        {
            await _runners.ReleaseAsync(_id, _name, CancellationToken.None);
        }
        catch (EventLogUnavailableException)
        {
            // It ends by itself.
        }
    }

    private async Task RenewAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(s_renewal, _time, _over.Token);
                if (await _runners.TryHoldAsync(_id, _name, s_time, _over.Token)) continue;
                // Whatever this process would do now, the other one does.
                await _errors.WriteLineAsync($"playbook: another process goes on with execution {_id}; this one ends.");
                StopSignals.EndNow(ExitCodes.Failed);
            }
            catch (OperationCanceledException) when (_over.IsCancellationRequested)
            {
                return;
            }
            catch (EventLogUnavailableException)
            {
                // The run waits for the database too; when it is back, it is known whose the execution is.
            }
        }
    }
}
