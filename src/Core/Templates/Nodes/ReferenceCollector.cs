namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>Gathers the names that a template reads and does not bind itself.</summary>
internal sealed class ReferenceCollector
{
    private readonly List<TemplateReference> _references = [];
    private HashSet<string> _bound = new(StringComparer.Ordinal);

    public IReadOnlyList<TemplateReference> References => _references;

    public void Read(string root, IReadOnlyList<string> path)
    {
        var reference = new TemplateReference(root, path);
        if (!_bound.Contains(root) && !_references.Contains(reference))
        {
            _references.Add(reference);
        }
    }

    public void Bind(string name) => _bound.Add(name);

    /// <summary>Runs <paramref name="part"/> in a scope of its own; returns the names bound at its end.</summary>
    public IReadOnlySet<string> InScope(Action part)
    {
        var outer = _bound;
        _bound = new HashSet<string>(outer, StringComparer.Ordinal);
        part();
        var inner = _bound;
        _bound = outer;
        return inner;
    }
}
