using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>Sentences about pages that are not what a playbook takes them for.</summary>
internal static class PageText
{
    private const int MaxNames = 10;

    /// <summary>
    /// Pages of which members are asked, and which are text: neither <c>collect.path</c> nor <c>while</c> can ever be right, and zero items would look
    /// like an answer. Null: nothing of the kind.
    /// </summary>
    public static WorkError? Refuse(PaginationPlan pages, CallOutcome outcome)
    {
        if (outcome.Response.Kind != ValueKind.String || Asked(pages) is not { } asked) return null;
        var type = outcome.Headers.GetMember("content-type") is { Kind: ValueKind.String } given ? given.ToText() : "none";
        return new(
            WorkErrorKind.InvalidResponse,
            $"The page is text, as its Content-Type says ({type}), so that {asked} is nowhere in it; a page of JSON is sent as application/json.",
            outcome.Status);
    }

    public static string NowhereFound(CollectPlan collect, int pages, Value last) =>
        $"collect.path {string.Join('.', collect.Path)} is on none of the {pages} pages: the last one is {Describe(last)}.";

    /// <summary>What a value is, with the names of its members.</summary>
    public static string Describe(Value value)
    {
        if (value.Kind != ValueKind.Map) return value.Kind is ValueKind.Null or ValueKind.Undefined ? "empty" : $"a {value.TypeName}";
        var names = value.Members.Take(MaxNames + 1).Select(member => member.Key).ToList();
        return names.Count == 0 ? "an empty map" : $"a map with {string.Join(", ", names.Take(MaxNames))}{(names.Count > MaxNames ? ", …" : "")}";
    }

    private static string? Asked(PaginationPlan pages) => pages.Collect.Path.Length > 0
        ? $"collect.path {string.Join('.', pages.Collect.Path)}"
        : pages.While.References.Concat(pages.NextCall?.References ?? [])
            .FirstOrDefault(reference => reference is { Root: "response", Path: [not "size", ..] })?.ToString();
}
