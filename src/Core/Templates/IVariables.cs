namespace PlaybookOperator.Core.Templates;

/// <summary>The names that a template can read. Implementations must be safe to read from several threads if they are shared.</summary>
public interface IVariables
{
    /// <summary>Looks <paramref name="name"/> up; false when there is no such name.</summary>
    bool TryGet(string name, out Value value);

    /// <summary>All known names. Used only to suggest the nearest one in an error.</summary>
    IEnumerable<string> Names { get; }
}
