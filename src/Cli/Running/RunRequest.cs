using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Cli.Running;

/// <summary>What the command line asks for.</summary>
internal sealed record RunRequest
{
    /// <summary>The playbook; null: the one that the execution to resume was started with.</summary>
    public required string? File { get; init; }

    /// <summary>The execution to go on with; null: a new one is started.</summary>
    public ExecutionId? Resume { get; init; }

    /// <summary>Name or path of the playbook in the file; null: the only one.</summary>
    public string? Name { get; init; }

    /// <summary>The execution's workload: from <c>--workload</c>, then <c>--set</c>.</summary>
    public required JsonElement Workload { get; init; }

    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary><c>memory</c>, or a connection string.</summary>
    public required string Store { get; init; }

    /// <summary>Where the API is opened, as host:port; null: nowhere.</summary>
    public string? Serve { get; init; }

    public int? Parallel { get; init; }

    public TimeSpan? Timeout { get; init; }

    public bool AsJson { get; init; }

    /// <summary>Where the whole log goes as NDJSON; null: nowhere.</summary>
    public string? EventsFile { get; init; }
}
