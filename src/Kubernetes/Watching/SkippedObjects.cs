using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Watching;

/// <summary>
/// Remembers which version of each undecodable object was already complained about. Bounded: past the limit it forgets
/// everything, so that the worst case is a complaint told twice.
/// </summary>
internal sealed class SkippedObjects
{
    private const int MaxRemembered = 10_000;
    private readonly Dictionary<NamespacedName, string> _versions = [];

    public bool IsNews(UndecodableObject failure)
    {
        var version = $"{failure.Uid}@{failure.ResourceVersion}";
        if (_versions.TryGetValue(failure.Key, out var told) && told == version) return false;
        if (_versions.Count >= MaxRemembered) _versions.Clear();
        _versions[failure.Key] = version;
        return true;
    }

    public void Forget(NamespacedName key) => _versions.Remove(key);

    public void KeepOnly(HashSet<NamespacedName> keys)
    {
        foreach (var key in _versions.Keys.Where(key => !keys.Contains(key)).ToList()) _versions.Remove(key);
    }
}
