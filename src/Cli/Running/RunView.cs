using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Cli.Running;

/// <summary>Where an execution stands, with what it takes to print it whole.</summary>
internal sealed record RunView
{
    private const int MaxResults = 10_000_000;
    private const int SmallestPage = 10;

    public required string ExecutionId { get; init; }

    public required string Path { get; init; }

    public required ExecutionState State { get; init; }

    /// <summary>Events by type, in the order of the types; those that did not happen may be missing.</summary>
    public required IReadOnlyList<(string Name, long Number)> Counts { get; init; }

    /// <summary>Results of a loop in order of index.</summary>
    public required Func<StepRun, ValueTask<IReadOnlyList<JsonElement?>>> LoopResults { get; init; }

    /// <summary>The whole result of a step outside loops.</summary>
    public required Func<StepRun, ValueTask<JsonElement?>> Result { get; init; }

    public TimeSpan Duration => State is { StartedAt: { } start, EndedAt: { } end } ? end - start : TimeSpan.Zero;

    public IEnumerable<StepRun> Runs => State.Steps.Values.OrderBy(run => run.StartedAt).ThenBy(run => run.RunId);

    /// <summary>An ended execution of a store.</summary>
    public static async Task<RunView> ReadAsync(PassResult pass, IEventReader reader, CancellationToken cancellationToken)
    {
        var id = pass.Header.Id;
        var counts = new List<(string, long)>();
        foreach (var type in Enum.GetValues<EventType>())
            counts.Add((type.Name(), (await reader.PageAsync(id, new EventQuery(1, SmallestPage, type), cancellationToken)).TotalEvents));
        return new RunView
        {
            ExecutionId = id.ToString(),
            Path = pass.Header.Playbook,
            State = pass.State,
            Counts = counts,
            LoopResults = async run => await Operator.Executions.LoopResults.ReadAsync(reader, id, run.RunId, pass.Plan.LoopOf(run.Step), MaxResults, cancellationToken),
            Result = run => run.ResultBytes is null
                ? ValueTask.FromResult(run.Result)
                : reader.ReadResultAsync(id, new WorkKey(run.RunId, WorkKey.Call), cancellationToken),
        };
    }
}
