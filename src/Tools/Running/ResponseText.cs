using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>What the step's own templates read of the last call and cannot find in its result: masked, and bounded by leaving out what is too large.</summary>
internal static class ResponseText
{
    public static JsonElement? Write(Delivery delivery, TaskPlan plan, TaskOutcome outcome)
    {
        if (plan.Reports.Length == 0 || delivery.Scope is null) return null;
        var names = IsInResult(plan, outcome) ? plan.Reports.Where(name => name is "links" or "args") : plan.Reports;
        if (!names.Any()) return null;
        var members = new List<KeyValuePair<string, JsonElement>>();
        long left = WorkLimits.MaxResponseBytes;
        // The small ones first, so that a long body does not cost the status.
        foreach (var name in names.OrderBy(name => name == "response"))
        {
            var (text, error) = ResultText.Write(Find(delivery, name), delivery.Secrets.Mask, left);
            if (error is not null)
            {
                delivery.Scope.Warn();
                continue;
            }

            left -= Ingest.ByteCount(text) + name.Length + 8;
            members.Add(new(name, text));
        }

        return members.Count == 0 && IsInResult(plan, outcome) ? null : JsonText.Object(writer =>
        {
            foreach (var (name, value) in members)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
        });
    }

    /// <summary>A single successful call is its result, but for its arguments, and for the links, whose URLs are told without what the request's own had.</summary>
    private static bool IsInResult(TaskPlan plan, TaskOutcome outcome) =>
        outcome is TaskOutcome.Completed && plan.Retry.OnSuccess is null && plan.Case.All(clause => clause.Then.Collect is null);

    private static Value Find(Delivery delivery, string name) => name is "attempt" or "page" or "args" ? delivery.Scope!.Read(name) : Find(delivery.Last, name);

    private static Value Find(CallOutcome call, string name) => name switch
    {
        "status_code" => call.Status is { } status ? Value.From((long)status) : Value.Null,
        "links" => call.Links.Kind == ValueKind.Undefined ? Value.Null : call.Links,
        "headers" => call.Headers.Kind == ValueKind.Undefined ? Value.Null : call.Headers,
        _ => call.Response.Kind == ValueKind.Undefined ? Value.Null : call.Response,
    };
}
