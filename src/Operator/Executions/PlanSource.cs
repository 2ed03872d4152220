using System.Text.Json;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Operator.Executions;

/// <summary>
/// Compiled playbooks by name and digest: the cache <c>playbook</c>. An execution keeps the version that it started with, whatever happens to the
/// resource. Two playbooks may have equal specs, but a plan knows its name.
/// </summary>
/// <param name="templates">The cache <c>template</c>: playbooks that share texts share their parsed form.</param>
/// <param name="ceilings">What is granted of a playbook's limits at most; null: all that it asks.</param>
public sealed class PlanSource(IEventReader reader, BoundedCache<string, Plan> cache, TemplateCache templates, LimitCeilings? ceilings = null)
{
    public static readonly BoundedCacheOptions DefaultCache = new() { Name = "playbook", MaxEntries = 500, TimeToLive = TimeSpan.FromMinutes(30) };

    /// <summary>The plan of a pinned version: checks that were added since it was accepted do not stop it.</summary>
    /// <exception cref="StateLostException">The version is not in the log, or no longer compiles.</exception>
    public ValueTask<Plan> GetAsync(string name, string digest, CancellationToken cancellationToken) =>
        cache.GetOrAddAsync(KeyOf(name, digest), (_, token) => LoadAsync(name, digest, token), cancellationToken);

    /// <summary>Counts evaluations of the templates of its plans: the cache <c>template</c> is not asked for what a plan holds.</summary>
    public void CountUses(long evaluations) => templates.CountUses(evaluations);

    /// <summary>
    /// Compiles a playbook as it stands in its resource, which may hold whatever the API server takes. The digest is empty when the spec is beyond the limits
    /// of data: what walks it goes by recursion.
    /// </summary>
    public (string Digest, Compilation Compilation) Compile(string name, JsonElement spec)
    {
        if (DataLimits.Check(spec, "", DataLimits.MaxDocumentDepth) is { } beyond)
            return ("", new Compilation(null, [new Problem(ProblemSeverity.Error, beyond.Field, beyond.Message)]));
        var digest = PlaybookDocument.Digest(spec);
        return (digest, Compile(name, digest, spec));
    }

    /// <summary>Compiles a spec; a plan that is fine is kept for the executions that follow.</summary>
    public Compilation Compile(string name, string digest, JsonElement spec)
    {
        // A plan that only those go by who have it already is none for a start.
        if (cache.TryGet(KeyOf(name, digest), out var known) && known.Refusals.IsEmpty) return new Compilation(known, known.Warnings);
        var compilation = Within(PlanCompiler.Compile(name, spec, ToolSchemas.All, TemplateOptions.Default, templates), spec);
        if (compilation.Plan is { } plan) cache.Set(KeyOf(name, digest), plan);
        return compilation;
    }

    private Compilation Within(Compilation compilation, JsonElement spec) => (ceilings ?? LimitCeilings.None).Apply(compilation, spec);

    private static string KeyOf(string name, string digest) => $"{name}@{digest}";

    private async Task<Plan> LoadAsync(string name, string digest, CancellationToken cancellationToken)
    {
        var spec = await reader.ReadPlaybookAsync(digest, cancellationToken)
            ?? throw new StateLostException($"The playbook version {digest} of '{name}' is not in the database.");
        var compilation = Within(PlanCompiler.CompilePinned(name, spec, ToolSchemas.All, TemplateOptions.Default, templates), spec);
        return compilation.Plan
            ?? throw new StateLostException($"The pinned version of '{name}' does not compile here: {string.Join("; ", compilation.Errors)}") { Reason = StateLostException.Refused };
    }
}

/// <summary>What an execution rests on is gone; it cannot go on, and trying again does not help.</summary>
public sealed class StateLostException(string message, Exception? inner = null) : Exception(message, inner)
{
    public const string Lost = "StateLost";
    public const string Refused = "PlaybookRefused";

    /// <summary>The message in one word, as conditions and events have it.</summary>
    public string Reason { get; init; } = Lost;
}
