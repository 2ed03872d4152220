using System.Diagnostics.CodeAnalysis;
using PlaybookOperator.Kubernetes.Objects;

namespace PlaybookOperator.Kubernetes.Watching;

/// <summary>The known objects by name, with secondary indexes that follow each change. Thread-safe.</summary>
internal sealed class ObjectStore<T>
    where T : class, IKubernetesObject
{
    private readonly Lock _lock = new();
    private readonly Dictionary<NamespacedName, T> _items = [];
    private readonly Dictionary<string, StoreIndex<T>> _indexes = new(StringComparer.Ordinal);

    public int Count
    {
        get { lock (_lock) return _items.Count; }
    }

    public void AddIndex(string name, Func<T, IEnumerable<string>> keys)
    {
        lock (_lock) _indexes.Add(name, new StoreIndex<T>(keys));
    }

    public bool TryGet(NamespacedName key, [NotNullWhen(true)] out T? item)
    {
        lock (_lock) return _items.TryGetValue(key, out item);
    }

    public IReadOnlyList<T> List()
    {
        lock (_lock) return [.. _items.Values];
    }

    public IReadOnlyList<T> ListBy(string index, string value)
    {
        lock (_lock) return [.. _indexes[index].Find(value).Select(key => _items[key])];
    }

    public IReadOnlyList<NamespacedName> Keys()
    {
        lock (_lock) return [.. _items.Keys];
    }

    /// <summary>Keeps the object and returns the one that it replaces, or null.</summary>
    public T? Put(NamespacedName key, T item)
    {
        lock (_lock)
        {
            if (_items.TryGetValue(key, out var old)) Unindex(key, old);
            _items[key] = item;
            foreach (var index in _indexes.Values) index.Add(key, item);
            return old;
        }
    }

    /// <summary>The object that was there, or null.</summary>
    public T? Remove(NamespacedName key)
    {
        lock (_lock)
        {
            if (!_items.Remove(key, out var old)) return null;
            Unindex(key, old);
            return old;
        }
    }

    private void Unindex(NamespacedName key, T old)
    {
        foreach (var index in _indexes.Values) index.Remove(key, old);
    }
}

/// <summary>Object names by a text that a function finds in each object. Guarded by its store.</summary>
internal sealed class StoreIndex<T>(Func<T, IEnumerable<string>> keys)
{
    private readonly Dictionary<string, HashSet<NamespacedName>> _names = new(StringComparer.Ordinal);

    public IEnumerable<NamespacedName> Find(string value) => _names.TryGetValue(value, out var found) ? found : [];

    public void Add(NamespacedName name, T item)
    {
        foreach (var value in keys(item))
        {
            if (!_names.TryGetValue(value, out var found)) _names[value] = found = [];
            found.Add(name);
        }
    }

    public void Remove(NamespacedName name, T item)
    {
        foreach (var value in keys(item))
        {
            if (!_names.TryGetValue(value, out var found)) continue;
            found.Remove(name);
            if (found.Count == 0) _names.Remove(value);
        }
    }
}
