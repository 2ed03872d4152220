using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Tools.Queries;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>Bounds of the operator's caches. Section <c>Caches</c>, such as <c>PLAYBOOK_CACHES__PLAYBOOK__MAXENTRIES</c>.</summary>
public sealed class CachesOptions : IValidatableObject
{
    public const string Section = "Caches";

    /// <summary>Folded states of executions.</summary>
    [ValidateObjectMembers]
    public CacheBounds ExecutionState { get; set; } = CacheBounds.Of(StateCache.DefaultCache);

    /// <summary>Compiled playbooks.</summary>
    [ValidateObjectMembers]
    public CacheBounds Playbook { get; set; } = CacheBounds.Of(PlanSource.DefaultCache);

    /// <summary>Results of reads, for steps with <c>cache</c>; its time to live bounds what they ask for.</summary>
    [ValidateObjectMembers]
    public CacheBounds QueryResult { get; set; } = CacheBounds.Of(MemoryQueryCache.DefaultBounds);

    /// <summary>Parsed templates.</summary>
    [ValidateObjectMembers]
    public CacheBounds Template { get; set; } = CacheBounds.Of(TemplateCache.DefaultBounds);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Playbook.MaxMegabytes > 0) yield return new ValidationResult("Playbook: MaxMegabytes must be 0: compiled playbooks are not counted in bytes.", [nameof(Playbook)]);
    }
}

/// <summary>How much one cache holds, and for how long.</summary>
public sealed class CacheBounds
{
    [Range(1, 10_000_000)]
    public int MaxEntries { get; set; } = 100;

    /// <summary>Seconds that a value is served after it was stored; 0: for ever.</summary>
    [Range(0, 31_536_000)]
    public int TtlSeconds { get; set; } = 300;

    /// <summary>MiB held at most; 0: entries alone are bounded.</summary>
    [Range(0, 65_536)]
    public int MaxMegabytes { get; set; }

    /// <summary>Whether the garbage collector may take values that nobody else holds.</summary>
    public bool WeakValues { get; set; }

    public static CacheBounds Of(BoundedCacheOptions options) => new()
    {
        MaxEntries = options.MaxEntries,
        TtlSeconds = (int)options.TimeToLive.TotalSeconds,
        MaxMegabytes = (int)((options.MaxBytes ?? 0) >> 20),
        WeakValues = options.WeakValues,
    };

    public BoundedCacheOptions Named(string name) => new()
    {
        Name = name,
        MaxEntries = MaxEntries,
        TimeToLive = TimeSpan.FromSeconds(TtlSeconds),
        MaxBytes = MaxMegabytes == 0 ? null : (long)MaxMegabytes << 20,
        WeakValues = WeakValues,
    };
}
