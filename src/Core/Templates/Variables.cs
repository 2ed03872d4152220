namespace PlaybookOperator.Core.Templates;

/// <summary>
/// A dictionary of variables over an optional parent: a name that is not set here is looked up there.
/// Not safe for writing from several threads; safe for reading once filled.
/// </summary>
public sealed class Variables(IVariables? parent = null) : IVariables
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    /// <summary>Sets a name, replacing an earlier value, and returns this instance.</summary>
    public Variables Set(string name, Value value)
    {
        _values[name] = value;
        return this;
    }

    /// <summary>Variables that hold the members of a map; empty when <paramref name="map"/> is not one.</summary>
    public static Variables FromMembers(Value map)
    {
        var variables = new Variables();
        foreach (var member in map.Members)
        {
            variables.Set(member.Key, member.Value);
        }

        return variables;
    }

    public bool TryGet(string name, out Value value) =>
        _values.TryGetValue(name, out value) || (parent is not null && parent.TryGet(name, out value));

    public IEnumerable<string> Names => parent is null ? _values.Keys : _values.Keys.Union(parent.Names, StringComparer.Ordinal);
}
