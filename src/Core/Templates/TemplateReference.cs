namespace PlaybookOperator.Core.Templates;

/// <summary>
/// A name that a template reads from outside: the root variable and the members below it as far as they are known
/// without evaluating, for example <c>workload</c> and <c>["endpoints"]</c> for <c>workload.endpoints[0].path</c>.
/// </summary>
public sealed record TemplateReference(string Root, IReadOnlyList<string> Path)
{
    public bool Equals(TemplateReference? other) =>
        other is not null && Root == other.Root && Path.SequenceEqual(other.Path, StringComparer.Ordinal);

    public override int GetHashCode() => HashCode.Combine(Root, Path.Count);

    public override string ToString() => string.Join('.', Path.Prepend(Root));
}
