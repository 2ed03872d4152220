using Npgsql;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Governing;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>Reads the header of an execution off the first columns of a row.</summary>
internal static class HeaderColumns
{
    /// <summary>How many columns there are.</summary>
    public const int Count = 18;

    public static ExecutionHeader Read(NpgsqlDataReader row) => new()
    {
        Id = new ExecutionId(row.GetInt64(0)),
        ClusterUid = row.GetString(1),
        Uid = row.GetString(2),
        Namespace = row.GetString(3),
        Name = row.GetString(4),
        Playbook = row.GetString(5),
        Digest = row.GetString(6),
        Workload = JsonColumn.Parse(row.GetString(7)),
        Phase = Enum.Parse<ExecutionPhase>(row.GetString(8)),
        Version = row.GetInt64(9),
        LastEventId = row.GetInt64(10),
        Parent = row.IsDBNull(11) ? null : new ExecutionId(row.GetInt64(11)),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(12),
        StartedAt = Instant(row, 13),
        EndedAt = Instant(row, 14),
        RetryOf = row.IsDBNull(15) ? null : new ExecutionId(row.GetInt64(15)),
        Allowance = row.IsDBNull(16) ? null : new Allowance(row.GetInt32(16), row.GetInt32(17)),
    };

    /// <summary>
    /// The same with steps and those that are over in the two columns after it, null before the start, and total, succeeded and failed of its loops in
    /// the three after them, null without loops.
    /// </summary>
    public static ExecutionHeader ReadWithProgress(NpgsqlDataReader row)
    {
        const int Loops = Count + 2;
        var steps = row.IsDBNull(Count) ? default : new StepProgress((int)row.GetInt64(Count + 1), (int)row.GetInt64(Count));
        var loops = row.IsDBNull(Loops) ? LoopProgress.None : new LoopProgress(row.GetInt64(Loops), row.GetInt64(Loops + 1), row.GetInt64(Loops + 2));
        return Read(row) with { Progress = loops with { Steps = steps } };
    }

    private static DateTimeOffset? Instant(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
