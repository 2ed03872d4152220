using System.Net;
using System.Text.Json;
using PlaybookOperator.Cli.Server;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Cli.Executions;

/// <summary>Executions by the API of an operator. A name may also be an execution id.</summary>
internal sealed class ServerExecutions(OperatorApi api) : IExecutionSource
{
    public async Task<IReadOnlyList<ExecutionSummary>> ListAsync(ExecutionFilter filter, CancellationToken cancellationToken)
    {
        var answer = await api.GetAsync(Path(filter.Namespace, ("status", filter.Status), ("playbook", filter.Playbook), ("limit", $"{filter.Limit}")), cancellationToken);
        return [.. answer.GetProperty("executions").EnumerateArray().Select(Read)];
    }

    public async Task<ExecutionSummary?> FindAsync(string name, string? @namespace, CancellationToken cancellationToken)
    {
        var id = name;
        if (!ExecutionId.TryParse(name, out _))
        {
            // Names come back: the newest is meant.
            var found = (await api.GetAsync(Path(@namespace, ("name", name), ("limit", "1")), cancellationToken)).GetProperty("executions");
            if (found.GetArrayLength() == 0) return null;
            id = Text(found[0], "execution_id")!;
        }

        try
        {
            return Read(await api.GetAsync($"api/executions/{id}?page_size=10", cancellationToken));
        }
        catch (OperatorApiException missing) when (missing.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<string> ControlAsync(ExecutionSummary execution, string verb, CancellationToken cancellationToken) =>
        Text(await api.PostAsync($"api/executions/{execution.Id}/{verb}", cancellationToken), "status")!;

    public void Dispose() => api.Dispose();

    private static string Path(string? space, params (string Name, string? Value)[] parameters) => "api/executions?" + string.Join(
        '&', parameters.Append((Name: "namespace", Value: space)).Where(parameter => parameter.Value is { Length: > 0 }).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"));

    private static ExecutionSummary Read(JsonElement answer)
    {
        var progress = answer.TryGetProperty("progress", out var told) && told.ValueKind == JsonValueKind.Object ? told : default(JsonElement?);
        return new ExecutionSummary
        {
            Id = Text(answer, "execution_id"),
            Name = Text(answer, "name")!,
            Namespace = Text(answer, "namespace")!,
            Playbook = Text(answer, "path")!,
            Status = Text(answer, "status")!,
            Progress = progress is { } sum ? Text(sum, "text") ?? "" : "",
            Active = Count(progress, "active"),
            Failed = Count(progress, "failed"),
            StartTime = Instant(answer, "start_time"),
            EndTime = Instant(answer, "end_time"),
            Message = Text(answer, "message"),
            Steps = answer.TryGetProperty("steps", out var steps)
                ? [.. steps.EnumerateArray().Select(step => (Text(step, "name")!, Text(step, "status")!, Text(step, "progress") ?? ""))]
                : [],
            Failures = answer.TryGetProperty("failures", out var failures)
                ? [.. failures.EnumerateArray().Select(one => (Text(one, "signature")!, Count(one, "count")))]
                : [],
            Raw = answer,
        };
    }

    private static string? Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Zero where it is not told: a list tells less than an execution.</summary>
    private static long Count(JsonElement? progress, string name) => progress is { } told && told.TryGetProperty(name, out var count) ? count.GetInt64() : 0;

    private static DateTimeOffset? Instant(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetDateTimeOffset() : null;
}
