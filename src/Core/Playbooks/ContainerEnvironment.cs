using System.Collections.Immutable;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>A variable of a container whose value is a secret: Kubernetes puts it there, the operator never sees it.</summary>
/// <param name="Secret">The name in <c>spec.secrets</c>.</param>
public sealed record SecretVariable(string Name, string Secret);

/// <summary>The <c>env</c> of a container, which is a map or Kubernetes' list of <c>{name, value}</c>.</summary>
public static class ContainerEnvironment
{
    /// <summary>Takes the variables that are exactly <c>{{ secret.NAME }}</c> out of a task, so that the rest can be rendered without any secret.</summary>
    public static (TaskPlan Visible, ImmutableArray<SecretVariable> Secrets) Split(TaskPlan task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.Tool.Settings["env"] is not { } env) return (task, []);
        var secrets = ImmutableArray.CreateBuilder<SecretVariable>();
        var rest = Normalize(env) is { } variables ? new TemplateNode.Mapping([.. variables.Where(variable => !IsSecret(variable))]) : env;
        var settings = task.Tool.Settings.Members.Select(member => member.Key == "env" ? KeyValuePair.Create("env", rest) : member);
        return (task with { Tool = task.Tool with { Settings = new TemplateNode.Mapping([.. settings]) } }, secrets.ToImmutable());

        bool IsSecret(KeyValuePair<string, TemplateNode> variable)
        {
            if (variable.Value is not TemplateNode.Expression { Template.Path: { Root: "secret", Path: [var secret] } }) return false;
            secrets.Add(new SecretVariable(variable.Key, secret));
            return true;
        }
    }

    /// <summary>Name and value of each variable as far as the names are written in the playbook; null when they are not.</summary>
    private static IEnumerable<KeyValuePair<string, TemplateNode>>? Normalize(TemplateNode env)
    {
        if (env is TemplateNode.Mapping map) return map.Members;
        if (env is not TemplateNode.Sequence list || !list.Items.All(item => NameOf(item) is not null)) return null;
        return list.Items.Select(item => KeyValuePair.Create(NameOf(item)!, ((TemplateNode.Mapping)item)["value"] ?? TemplateNode.Null));
    }

    /// <summary>The name of an entry of the list that is written out as <c>{name, value}</c>; null: it is something else.</summary>
    internal static string? NameOf(TemplateNode item) =>
        item is TemplateNode.Mapping map && map["name"] is TemplateNode.Constant name && name.Value.TryGetString(out var text)
        && map.Members.All(member => member.Key is "name" or "value")
            ? text
            : null;
}
