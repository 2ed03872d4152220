using System.Diagnostics.CodeAnalysis;

namespace PlaybookOperator.Kubernetes.Recording;

/// <summary>A map of bounded size that forgets the entry unused for longest. Not thread-safe.</summary>
internal sealed class RecentUse<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _byUse = new();

    public IEnumerable<TValue> Values => _byUse.Select(entry => entry.Value);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            value = default;
            return false;
        }

        _byUse.Remove(node);
        _byUse.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    public void Put(TKey key, TValue value)
    {
        Remove(key);
        _nodes[key] = _byUse.AddFirst((key, value));
        if (_nodes.Count > capacity) Remove(_byUse.Last!.Value.Key);
    }

    public void Remove(TKey key)
    {
        if (_nodes.Remove(key, out var node)) _byUse.Remove(node);
    }
}
