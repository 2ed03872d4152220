using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Core.Playbooks;

namespace PlaybookOperator.Operator.Api;

/// <summary>What a caller wants to be started.</summary>
/// <param name="Playbook">Name of the Playbook.</param>
/// <param name="Namespace">Null: the one that the operator watches, or <c>default</c>.</param>
/// <param name="Workload">A map that is merged over the playbook's; null: none.</param>
internal sealed record StartRequest(string Playbook, string? Namespace, JsonElement? Workload)
{
    /// <summary>The names of the two spellings: <c>POST /api/executions</c> and its alias <c>POST /api/run/playbook</c>.</summary>
    public static readonly StartNames Names = new("playbook", "workload");

    public static readonly StartNames OlderNames = new("path", "args");

    /// <summary>Two requests with the same key and different digests are a mistake of the caller.</summary>
    public string Digest(string @namespace) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{@namespace}\n{Playbook}\n{Workload?.GetRawText()}")));

    /// <summary>The request, or a problem that names the member.</summary>
    public static (StartRequest? Request, IResult? Problem) Read(JsonElement body, StartNames names)
    {
        if (body.ValueKind != JsonValueKind.Object) return Wrong("", $"The body must be a JSON object {{\"{names.Playbook}\": …, \"{names.Workload}\": {{…}}}}.");
        string[] known = [names.Playbook, "namespace", names.Workload];
        foreach (var member in body.EnumerateObject())
        {
            if (known.Contains(member.Name)) continue;
            var near = NearestName.Find(member.Name, known) is { } name ? $" (did you mean {name}?)" : $"; there are {string.Join(", ", known)}";
            return Wrong(member.Name, $"There is no member '{member.Name}'{near}.");
        }

        if (Member(body, names.Playbook) is not { ValueKind: JsonValueKind.String } playbook || playbook.GetString() is not { Length: > 0 } called)
            return Wrong(names.Playbook, "is required: the name of a Playbook.");
        if (Member(body, "namespace") is { } space && space.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)) return Wrong("namespace", "must be a text.");
        if (Member(body, names.Workload) is { } workload && workload.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null)) return Wrong(names.Workload, "must be a map.");
        return (new StartRequest(called, Text(body, "namespace"), Member(body, names.Workload) is { ValueKind: JsonValueKind.Object } values ? values : null), null);
    }

    private static JsonElement? Member(JsonElement map, string name) => map.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement body, string name) =>
        Member(body, name) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } value ? value : null;

    private static (StartRequest?, IResult) Wrong(string field, string what) => (null, Problems.Of(StatusCodes.Status422UnprocessableEntity, field, what));
}

/// <param name="Playbook">The member that names the playbook.</param>
/// <param name="Workload">The member that holds the workload.</param>
internal sealed record StartNames(string Playbook, string Workload);
