using System.Globalization;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// The rows of the executions that were created on one day: since ids count milliseconds, a day is a range of ids.
/// All parts of its statements come from here, none from outside.
/// </summary>
internal sealed record Partition(string Table, DateTime Day)
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Table}_{Day:yyyyMMdd}");

    /// <summary>Made apart and then attached: making it in place would lock all of the table.</summary>
    public string Create => $"CREATE TABLE {Name} (LIKE {Table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)";

    public string Attach => string.Create(
        CultureInfo.InvariantCulture, $"ALTER TABLE {Table} ATTACH PARTITION {Name} FOR VALUES FROM ({First(Day)}) TO ({First(Day.AddDays(1))})");

    public string Lock => $"LOCK TABLE {Name} IN ACCESS EXCLUSIVE MODE";

    public string HasRows => $"SELECT EXISTS (SELECT FROM {Name})";

    public string Drop => $"DROP TABLE {Name}";

    public long FirstId => First(Day);

    /// <summary>The first id after it.</summary>
    public long EndId => First(Day.AddDays(1));

    /// <summary>The partition of that name, or null for another table such as the default partition.</summary>
    public static Partition? Parse(string table, string name) =>
        name.StartsWith($"{table}_", StringComparison.Ordinal)
        && DateTime.TryParseExact(name[(table.Length + 1)..], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new Partition(table, day)
            : null;

    /// <summary>The least id that an execution of that day can have.</summary>
    private static long First(DateTime day) => ExecutionId.Create(new DateTimeOffset(day, TimeSpan.Zero), entropy: 0).Value;
}
