using System.Collections.Concurrent;

namespace PlaybookOperator.Operator.Api;

/// <summary>What the operator still lacks to do its work. Each part reports for itself; thread-safe.</summary>
public sealed class Readiness
{
    public const string DatabasePart = "database";

    private readonly ConcurrentDictionary<string, string> _missing = new(StringComparer.Ordinal);

    /// <summary>Whether this replica reconciles; the others serve the API only.</summary>
    public bool IsLeader { get; set; }

    /// <summary>One line for each part that is not there, in order of names.</summary>
    public IReadOnlyList<string> Missing => [.. _missing.OrderBy(part => part.Key, StringComparer.Ordinal).Select(part => $"{part.Key}: {part.Value}")];

    public string Database => _missing.TryGetValue(DatabasePart, out var reason) ? reason : "ok";

    public void Lacks(string part, string reason) => _missing[part] = reason;

    public void Has(string part) => _missing.TryRemove(part, out _);
}
