using System.Collections.Immutable;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>The shapes that keys of tools and sinks have.</summary>
internal static class SettingShapes
{
    private const string Environment = "a map from name to value";

    public static SettingShape Anything { get; } = new SettingShape.Anything();

    /// <summary>As templates print numbers and booleans, they are text too.</summary>
    public static SettingShape Name(string expected) => new SettingShape.Scalar(expected, static value => value.ToText().Length > 0);

    public static SettingShape Flag { get; } =
        new SettingShape.Scalar("true or false", static value => value.TryGetBoolean(out _) || bool.TryParse(value.ToText(), out _));

    public static SettingShape Duration { get; } = new SettingShape.Scalar(
        "a duration above zero: seconds as a number, or text such as 500ms, 2s or 1h30m",
        static value => Playbooks.Duration.TryParse(value.ToText(), out var duration) && duration > TimeSpan.Zero);

    public static SettingShape Method { get; } = new SettingShape.Scalar(
        "an HTTP method such as GET", static value => value.ToText() is { Length: > 0 } text && text.All(char.IsAsciiLetter) && !text.Equals("CONNECT", StringComparison.OrdinalIgnoreCase));

    public static SettingShape BodyEncoding { get; } = new SettingShape.Scalar("base64", static value => value.ToText() == "base64");

    public static SettingShape Url { get; } = new SettingShape.Scalar("an absolute http or https URL, such as https://example.com/items", static value => IsUrl(value.ToText()));

    /// <summary>May be relative to the URL before it.</summary>
    public static SettingShape NextUrl { get; } = new SettingShape.Scalar("a URL", static value => value.TryGetString(out _));

    public static SettingShape Headers { get; } = new SettingShape.MapOf("a map from a header's name to its value", CheckHeader);

    public static SettingShape Query { get; } = new SettingShape.MapOf("a map from a parameter's name to its value, such as {page: 1}");

    public static SettingShape Arguments { get; } = new SettingShape.MapOf("a map from name to value");

    public static SettingShape Statement { get; } = new SettingShape.Scalar("an SQL statement", static value => value.TryGetString(out var text) && text.Length > 0);

    public static SettingShape Parameters { get; } =
        new SettingShape.ListOr(Anything, new SettingShape.MapOf("a list for $1, $2, … or a map for @name"));

    public static SettingShape Columns { get; } = new SettingShape.ListOr(
        new SettingShape.ListOf("a column, or a list of columns", Column("a column's name"), least: 1), Column("a column, or a list of columns"));

    public static SettingShape Rows { get; } = new SettingShape.ListOr(
        new SettingShape.ListOf("a list of rows", Row("a map from column to value")), Row("a map from column to value, or a list of such maps"));

    public static SettingShape Script { get; } = new SettingShape.ListOr(
        new SettingShape.ListOf("a command, or a list of commands", Command("a command: a text that is not empty"), least: 1), Command("a command, or a list of commands, each a text that is not empty"));

    public static SettingShape Words { get; } = new SettingShape.ListOf("a list of words, such as [sh, -c, \"echo hello\"]");

    public static SettingShape Variables { get; } = new SettingShape.MapOf(Environment, CheckVariable);

    public static SettingShape ContainerVariables { get; } = new ContainerEnvironmentShape();

    public static SettingShape Resources { get; } = new SettingShape.MapOf("a map with requests and limits", CheckResources);

    public static SettingShape HttpAuth { get; } = new AuthShape(["bearer", "basic", "header"]);

    public static SettingShape PostgresAuth { get; } = new AuthShape(["postgres"]);

    public static SettingShape Integer(long least, long most) => new SettingShape.Scalar(
        $"an integer from {least} to {most}",
        value => (value.TryGetInteger(out var number) || long.TryParse(value.ToText(), out number)) && number >= least && number <= most);

    private static SettingShape.Scalar Command(string expected) =>
        new SettingShape.Scalar(expected, static value => value.TryGetString(out var text) && !string.IsNullOrWhiteSpace(text));

    private static SettingShape.Scalar Column(string expected) => new SettingShape.Scalar(expected, static value => value.TryGetString(out var text) && text.Length > 0);

    private static SettingShape.MapOf Row(string expected) => new SettingShape.MapOf(expected, least: 1);

    private static bool IsUrl(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0;

    private static void CheckHeader(string name, TemplateNode value, string field, List<Problem> problems)
    {
        if (!HttpHeaderText.IsName(name)) Report(problems, field, $"'{name}' is not the name of a header.");
        foreach (var one in value is TemplateNode.Sequence list ? list.Items : [value])
            if (one is TemplateNode.Constant { Value: var text } && !HttpHeaderText.IsValue(text.ToText()))
                Report(problems, field, "has a line break or another character that no header may carry.");
    }

    private static void CheckVariable(string name, TemplateNode value, string field, List<Problem> problems)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            Report(problems, field, $"'{name}' is not the name of a variable: letters, digits and _, the first no digit.");
    }

    private static void CheckResources(string name, TemplateNode value, string field, List<Problem> problems)
    {
        if (name is "claims") return;
        if (name is "requests" or "limits") new SettingShape.MapOf("a map from resource to quantity, such as {memory: 256Mi}", CheckQuantity).Check(value, field, problems);
        else Report(problems, field, $"is not a known key{(name is "cpu" or "memory" ? $" (did you mean limits: {{{name}: …}}?)" : "")}; known here are claims, limits, requests.");
    }

    private static void CheckQuantity(string name, TemplateNode value, string field, List<Problem> problems) =>
        new SettingShape.Scalar("a quantity such as 500m or 256Mi", static amount => Quantity.TryParse(amount.ToText(), out _)).Check(value, field, problems);

    private static void Report(List<Problem> problems, string field, string message) =>
        problems.Add(new Problem(ProblemSeverity.Error, field, message));

    /// <summary>A map, or Kubernetes' list of <c>{name, value}</c>.</summary>
    private sealed class ContainerEnvironmentShape : SettingShape
    {
        private const string Expected = $"{Environment}, or a list of {{name, value}}";

        internal override void Check(TemplateNode node, string field, List<Problem> problems)
        {
            if (node is TemplateNode.Expression or TemplateNode.Mapping || IsNull(node)) return;
            if (node is not TemplateNode.Sequence list) Wrong(problems, field, Expected, node);
            else if (list.Items.FirstOrDefault(item => ContainerEnvironment.NameOf(item) is null) is { } odd)
                Report(problems, field, $"must be {Expected}; one of its entries is {Describe(odd)}.");
        }
    }

    /// <summary><c>NAME</c>, or <c>{secret: NAME, type, header}</c>.</summary>
    /// <param name="types">What <c>type</c> may be.</param>
    private sealed class AuthShape(ImmutableArray<string> types) : SettingShape
    {
        private const string Expected = "the name of a secret, or a map with secret and type";

        internal override void Check(TemplateNode node, string field, List<Problem> problems)
        {
            if (IsNull(node)) return;
            if (node is TemplateNode.Mapping map) CheckMap(field, map, problems);
            else if (node is TemplateNode.Sequence || (node is TemplateNode.Constant { Value: var name } && !(name.TryGetString(out var text) && text.Length > 0)))
                Wrong(problems, field, Expected, node);
        }

        internal override string? SecretOf(TemplateNode node) =>
            (node is TemplateNode.Mapping map ? map["secret"] : node) is TemplateNode.Constant { Value: var name } && name.TryGetString(out var text) ? text : null;

        private void CheckMap(string field, TemplateNode.Mapping map, List<Problem> problems)
        {
            foreach (var (key, _) in map.Members)
                if (key is not ("secret" or "type" or "header")) Report(problems, $"{field}.{key}", "is not a known key; known here are header, secret, type.");
            if (map["secret"] is not { } secret || IsNull(secret)) Report(problems, $"{field}.secret", "is required: the name of the secret.");
            else new Scalar("the name of a secret", static value => value.TryGetString(out var text) && text.Length > 0).Check(secret, $"{field}.secret", problems);
            if (map["type"] is not TemplateNode.Constant { Value: var given } || given.Kind is ValueKind.Null) return;
            var type = given.ToText();
            if (!types.Contains(type)) Report(problems, $"{field}.type", $"must be {string.Join(", ", types)}, not '{type}'.");
            else if (type == "header" && (map["header"] is not { } header || IsNull(header))) Report(problems, $"{field}.header", "is required by type header: the name of the header.");
        }
    }
}
