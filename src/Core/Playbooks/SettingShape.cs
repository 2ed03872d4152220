using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// What a tool's key may be. Only what stands written out is judged, and by the rules of whoever reads it when it runs; what a template gives is
/// known no sooner than that. Immutable.
/// </summary>
public abstract class SettingShape
{
    internal abstract void Check(TemplateNode node, string field, List<Problem> problems);

    /// <summary>The secret that the setting names rather than reads; null: none.</summary>
    internal virtual string? SecretOf(TemplateNode node) => null;

    private protected static void Report(List<Problem> problems, string field, string message) =>
        problems.Add(new Problem(ProblemSeverity.Error, field, message));

    private protected static void Wrong(List<Problem> problems, string field, string expected, TemplateNode found) =>
        Report(problems, field, $"must be {expected}, not {Describe(found)}.");

    private protected static string Describe(TemplateNode node) => node switch
    {
        TemplateNode.Sequence => "a list",
        TemplateNode.Mapping => "a map",
        TemplateNode.Constant { Value: var value } => FieldReader.Describe(value.ToJsonElement()),
        _ => "a text with a template in it",
    };

    private protected static bool IsNull(TemplateNode node) => node is TemplateNode.Constant { Value.Kind: ValueKind.Null or ValueKind.Undefined };

    /// <summary>Whatever it is.</summary>
    internal sealed class Anything : SettingShape
    {
        internal override void Check(TemplateNode node, string field, List<Problem> problems)
        {
        }
    }

    /// <summary>No list and no map; null counts as absent.</summary>
    /// <param name="expected">What would be right, to follow <c>must be</c>.</param>
    internal sealed class Scalar(string expected, Func<Value, bool> accepts) : SettingShape
    {
        internal override void Check(TemplateNode node, string field, List<Problem> problems)
        {
            if (node is TemplateNode.Expression || IsNull(node) || (node is TemplateNode.Constant { Value: var value } && accepts(value))) return;
            Wrong(problems, field, expected, node);
        }
    }

    /// <summary>A text around a template is no list either, whatever the template gives.</summary>
    /// <param name="expected">What would be right, to follow <c>must be</c>.</param>
    /// <param name="item">What each item is; null: whatever it is.</param>
    /// <param name="least">Items, at least.</param>
    internal sealed class ListOf(string expected, SettingShape? item = null, int least = 0) : SettingShape
    {
        internal override void Check(TemplateNode node, string field, List<Problem> problems)
        {
            if (node is TemplateNode.Expression { Template.IsTyped: true } || IsNull(node)) return;
            if (node is not TemplateNode.Sequence list) Wrong(problems, field, expected, node);
            else if (list.Items.Length < least) Report(problems, field, $"must be {expected}, not an empty list.");
            else if (item is not null)
                for (var i = 0; i < list.Items.Length; i++) item.Check(list.Items[i], $"{field}[{i}]", problems);
        }
    }

    /// <param name="expected">What would be right, to follow <c>must be</c>.</param>
    /// <param name="member">Judges a member by its name and value; null: any is right.</param>
    /// <param name="least">Members, at least.</param>
    internal sealed class MapOf(string expected, Action<string, TemplateNode, string, List<Problem>>? member = null, int least = 0) : SettingShape
    {
        internal override void Check(TemplateNode node, string field, List<Problem> problems)
        {
            if (node is TemplateNode.Expression || IsNull(node)) return;
            if (node is not TemplateNode.Mapping map) Wrong(problems, field, expected, node);
            else if (map.Members.Length < least) Report(problems, field, $"must be {expected}, not an empty map.");
            else if (member is not null)
                foreach (var (name, value) in map.Members) member(name, value, FieldReader.Join(field, name), problems);
        }
    }

    /// <summary>A list in one shape, anything else in another.</summary>
    internal sealed class ListOr(SettingShape list, SettingShape other) : SettingShape
    {
        internal override void Check(TemplateNode node, string field, List<Problem> problems) =>
            (node is TemplateNode.Sequence ? list : other).Check(node, field, problems);
    }
}
