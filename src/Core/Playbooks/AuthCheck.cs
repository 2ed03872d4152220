using System.Collections.Immutable;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Checks the shape of <c>auth</c> wherever it is written out: <c>NAME</c>, or <c>{secret: NAME, type, header}</c>.</summary>
internal static class AuthCheck
{
    private static readonly ImmutableArray<string> s_http = ["bearer", "basic", "header"];
    private static readonly ImmutableArray<string> s_postgres = ["postgres"];

    public static void Check(Plan plan, List<Problem> problems)
    {
        foreach (var step in plan.Steps)
        {
            if (step.Task is not { } task) continue;
            Check($"{step.Field}.tool.auth", task.Tool.Kind, task.Tool.Settings["auth"], problems);
            if (task.Sink is { } sink) Check($"{step.Field}.sink.auth", sink.Tool, sink.Settings["auth"], problems);
            if (task.Retry.OnSuccess?.PerPageSink is { } page) Check($"{step.Field}.retry.on_success.per_iteration.sink.auth", page.Tool, page.Settings["auth"], problems);
        }
    }

    private static void Check(string field, string kind, TemplateNode? auth, List<Problem> problems)
    {
        switch (auth)
        {
            case TemplateNode.Constant { Value: var value }:
                if (!value.TryGetString(out _)) Report(problems, field, $"must be the name of a secret, or a map with secret and type, not {value.ToJson()}.");
                break;
            case TemplateNode.Mapping map:
                CheckMap(field, kind == "postgres" ? s_postgres : s_http, map, problems);
                break;
            case TemplateNode.Sequence:
                Report(problems, field, "must be the name of a secret, or a map with secret and type, not a list.");
                break;
        }
    }

    private static void CheckMap(string field, ImmutableArray<string> types, TemplateNode.Mapping map, List<Problem> problems)
    {
        foreach (var (key, _) in map.Members)
            if (key is not ("secret" or "type" or "header")) Report(problems, $"{field}.{key}", "is not a known key; known here are header, secret, type.");
        if (map["secret"] is null) Report(problems, $"{field}.secret", "is required: the name of the secret.");
        if (map["type"] is not TemplateNode.Constant { Value: var given }) return;
        var type = given.ToText();
        if (!types.Contains(type)) Report(problems, $"{field}.type", $"must be {string.Join(", ", types)}, not '{type}'.");
        else if (type == "header" && map["header"] is null) Report(problems, $"{field}.header", "is required by type header: the name of the header.");
    }

    private static void Report(List<Problem> problems, string field, string message) =>
        problems.Add(new Problem(ProblemSeverity.Error, field, message));
}
