namespace PlaybookOperator.Operator.Hosting;

internal static partial class LeaderWorkLog
{
    [LoggerMessage(4101, LogLevel.Warning, "Open executions could not be looked through: {Reason}")]
    public static partial void SweepFailed(this ILogger logger, string reason);

    [LoggerMessage(4102, LogLevel.Information, "Leading: {Playbooks} playbooks, {Executions} executions, {Jobs} worker Jobs.")]
    public static partial void Leading(this ILogger logger, int playbooks, int executions, int jobs);

    [LoggerMessage(4103, LogLevel.Critical, "The lease was lost; this replica ends and starts over.")]
    public static partial void LeaseLost(this ILogger logger);

    [LoggerMessage(4111, LogLevel.Critical, "The lease was given to a replica that is ready; this one ends and starts over.")]
    public static partial void Resigned(this ILogger logger);

    [LoggerMessage(4104, LogLevel.Information, "The database is ready: identity {Identity}.")]
    public static partial void DatabaseReady(this ILogger logger, Guid identity);

    [LoggerMessage(4105, LogLevel.Warning, "The database is not available: {Reason}")]
    public static partial void DatabaseMissing(this ILogger logger, string reason);

    [LoggerMessage(4106, LogLevel.Information, "The database is available again.")]
    public static partial void DatabaseBack(this ILogger logger);

    [LoggerMessage(4107, LogLevel.Debug, "Template cache: size={Size}/{MaxSize}, hits={Hits}, misses={Misses}, evictions={Evictions}, hit_rate={HitRate:P1}.")]
    public static partial void TemplatesCached(this ILogger logger, int size, int maxSize, long hits, long misses, long evictions, double hitRate);

    [LoggerMessage(4108, LogLevel.Information, "The retention of {Executions} executions was over; their rows are gone, and {Partitions} empty partitions.")]
    public static partial void Expired(this ILogger logger, int executions, int partitions);

    [LoggerMessage(4109, LogLevel.Warning, "Expired executions were not all deleted; the rest goes next time: {Reason}")]
    public static partial void RetentionPostponed(this ILogger logger, string reason);

    [LoggerMessage(4110, LogLevel.Debug, "{Key} left the cache {Cache}: {Reason}.")]
    public static partial void Evicted(this ILogger logger, string? key, string cache, string reason);
}
