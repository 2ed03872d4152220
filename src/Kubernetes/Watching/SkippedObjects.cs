using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Watching;

/// <summary>
/// The objects that exist and that cannot be used, and which version of each was already complained about. Bounded: past the limit it
/// forgets everything, so that the worst case is a complaint told twice. Written by one loop; reading is thread-safe.
/// </summary>
internal sealed class SkippedObjects
{
    private const int MaxRemembered = 10_000;
    private readonly ConcurrentDictionary<NamespacedName, UndecodableObject> _known = [];

    public IReadOnlyList<UndecodableObject> List() => [.. _known.Values];

    public bool TryGet(NamespacedName key, [NotNullWhen(true)] out UndecodableObject? item) => _known.TryGetValue(key, out item);

    /// <summary>Whether this version is news, and whether what is wrong with the object is.</summary>
    public (bool Version, bool Problem) Note(UndecodableObject failure)
    {
        var isKnown = _known.TryGetValue(failure.Key, out var told) && told.Uid == failure.Uid;
        if (_known.Count >= MaxRemembered && !isKnown) _known.Clear();
        _known[failure.Key] = failure;
        return (!isKnown || told!.ResourceVersion != failure.ResourceVersion, !isKnown || told!.Error != failure.Error);
    }

    public void Forget(NamespacedName key) => _known.TryRemove(key, out _);

    public void KeepOnly(HashSet<NamespacedName> keys)
    {
        foreach (var key in _known.Keys.Where(key => !keys.Contains(key)).ToList()) Forget(key);
    }
}
