using System.ComponentModel.DataAnnotations;

namespace PlaybookOperator.EventLog;

/// <summary>How the event log uses its database. Times are durations; ranges are checked by <see cref="Problems"/>.</summary>
public sealed class EventLogOptions
{
    /// <summary>Npgsql connection string (<c>Host=…;Database=…</c>) or a <c>postgres://</c> URI. Its pool and timeout settings are replaced by those below.</summary>
    [Required]
    public string ConnectionString { get; set; } = "";

    /// <summary>Connections for writes and reads, at most; 2..500.</summary>
    [Range(2, 500)]
    public int MaxPoolSize { get; set; } = 20;

    /// <summary>Connections that stay open when idle; 0..<see cref="MaxPoolSize"/>.</summary>
    [Range(0, 500)]
    public int MinPoolSize { get; set; } = 2;

    /// <summary>Connections for notifications, polling and maintenance, apart from the others; 1..20.</summary>
    [Range(1, 20)]
    public int BackgroundPoolSize { get; set; } = 2;

    /// <summary>For one connection, or for a place in the pool; 1 s..5 min.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For one statement, kept by client and server; 1 s..1 h.</summary>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>After this an unused connection above <see cref="MinPoolSize"/> is closed; 1 s..1 h.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Prepared statements that a connection keeps; 0..1000. 0 for a transaction-pooling proxy.</summary>
    [Range(0, 1000)]
    public int MaxPreparedStatements { get; set; } = 100;

    /// <summary>Bytes of JSON up to which a result is part of its event; 1 KiB..1 MiB.</summary>
    [Range(1L << 10, 1L << 20)]
    public long InlineResultBytes { get; set; } = 64L << 10;

    /// <summary>Announcements of changes are so far apart, at least; what changes meanwhile is gathered. 1 ms..1 s.</summary>
    public TimeSpan NotifyDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How often open executions are looked through for changes that were not announced; 100 ms..1 min.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Executions looked through at each poll; the next poll goes on where this one ended; 100..100,000.</summary>
    [Range(100, 100_000)]
    public int PollSliceSize { get; set; } = 5_000;

    /// <summary>Days ahead for which partitions are made; 1..60.</summary>
    [Range(1, 60)]
    public int PartitionDaysAhead { get; set; } = 7;

    /// <summary>What is wrong with these options, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString)) yield return "ConnectionString is missing.";
        if (MaxPoolSize is < 2 or > 500) yield return "MaxPoolSize must be 2 to 500.";
        if (MinPoolSize < 0 || MinPoolSize > MaxPoolSize) yield return "MinPoolSize must be 0 to MaxPoolSize.";
        if (BackgroundPoolSize is < 1 or > 20) yield return "BackgroundPoolSize must be 1 to 20.";
        if (MaxPreparedStatements is < 0 or > 1000) yield return "MaxPreparedStatements must be 0 to 1000.";
        if (InlineResultBytes is < 1 << 10 or > 1 << 20) yield return "InlineResultBytes must be 1024 to 1048576.";
        if (PollSliceSize is < 100 or > 100_000) yield return "PollSliceSize must be 100 to 100000.";
        if (PartitionDaysAhead is < 1 or > 60) yield return "PartitionDaysAhead must be 1 to 60.";
        foreach (var problem in TimeProblems()) yield return problem;
    }

    private IEnumerable<string> TimeProblems()
    {
        if (Outside(ConnectTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5))) yield return "ConnectTimeout must be 1 s to 5 min.";
        if (Outside(StatementTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))) yield return "StatementTimeout must be 1 s to 1 h.";
        if (Outside(IdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))) yield return "IdleTimeout must be 1 s to 1 h.";
        if (Outside(NotifyDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1))) yield return "NotifyDelay must be 1 ms to 1 s.";
        if (Outside(PollInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1))) yield return "PollInterval must be 100 ms to 1 min.";
    }

    private static bool Outside(TimeSpan value, TimeSpan least, TimeSpan most) => value < least || value > most;
}
