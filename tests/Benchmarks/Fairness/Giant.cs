using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Cli.Running;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Benchmarks.Fairness;

/// <summary>An execution with one loop that does not end before it is stopped.</summary>
internal sealed class Giant : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _works = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _run;
    private long _done;

    private Giant(LocalRun run, ExecutionId id) => _run = run.FinishAsync(id, See, _stop.Token);

    /// <summary>Iterations that have ended.</summary>
    public long Done => Interlocked.Read(ref _done);

    public bool HasEnded => _run.IsCompleted;

    /// <summary>Returns when its iterations have begun to end.</summary>
    public static async Task<Giant> StartAsync(LocalRun run, PlaybookFile playbook)
    {
        var giant = new Giant(run, await run.StartAsync(playbook, JsonText.EmptyObject, parent: null));
        await await Task.WhenAny(giant._works.Task, giant._run);
        return giant;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private void See(ExecutionState state)
    {
        Interlocked.Exchange(ref _done, state.Loops.Values.Sum(loop => loop.Done));
        if (Done > 0) _works.TrySetResult();
    }
}
