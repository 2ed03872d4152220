using System.Globalization;
using System.Text.Json;

namespace PlaybookOperator.Cli.Executions;

/// <summary>Executions and events for people, and as JSON.</summary>
internal static class ExecutionText
{
    private const int MaxPreview = 120;

    public static void WriteTable(TextWriter output, IReadOnlyList<ExecutionSummary> found, DateTimeOffset now)
    {
        string[][] rows =
        [
            ["NAMESPACE", "NAME", "PLAYBOOK", "STATUS", "PROGRESS", "DURATION", "ID"],
            .. found.Select(one => new[] { one.Namespace, one.Name, one.Playbook, one.Status, one.Progress, Duration(one.Duration(now)), one.Id ?? "" }),
        ];
        TextTable.Write(output, rows, texts: rows[0].Length);
    }

    public static void Write(TextWriter output, ExecutionSummary one, DateTimeOffset now)
    {
        output.WriteLine($"{one.Namespace}/{one.Name}  {Line(one)}");
        output.WriteLine($"  playbook {one.Playbook}, execution {one.Id ?? "not registered yet"}, {(one.Duration(now) is null ? "not started" : Duration(one.Duration(now)))}");
        foreach (var (name, status, progress) in one.Steps) output.WriteLine($"  {status.PadRight("CANCELLED".Length)} {name}{(progress.Length > 0 ? $"  {progress}" : "")}");
        if (one.Message is { Length: > 0 } message) output.WriteLine($"  {message}");
        foreach (var (signature, count) in one.Failures) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count} x {signature}"));
    }

    /// <summary>Where it stands, on one line.</summary>
    public static string Line(ExecutionSummary one)
    {
        var line = one.Status;
        if (one.Progress.Length > 0) line += $" {one.Progress}";
        if (one.Active > 0) line += $", {one.Active} active";
        if (one.Failed > 0) line += $", {one.Failed} failed";
        return line;
    }

    public static void WriteEvent(TextWriter output, JsonElement happened, bool asJson)
    {
        if (asJson)
        {
            output.WriteLine(happened.GetRawText());
            return;
        }

        var line = string.Create(
            CultureInfo.InvariantCulture, $"{happened.GetProperty("event_id").GetInt64(),8} {happened.GetProperty("created_at").GetDateTimeOffset():HH:mm:ss.fff} {Text(happened, "event_type")}");
        if (Text(happened, "step") is { } step) line += $" {step}";
        if (happened.GetProperty("iteration_index") is { ValueKind: JsonValueKind.Number } index) line += $"[{index}]";
        if (Text(happened, "error") is { } error) line += $": {error}";
        else if (happened.GetProperty("result") is { ValueKind: not JsonValueKind.Null } result) line += $" {result.GetRawText()}";
        line = line.ReplaceLineEndings(" ");
        output.WriteLine(line.Length <= MaxPreview ? line : string.Concat(line.AsSpan(0, MaxPreview - 1), "…"));
    }

    private static string Duration(TimeSpan? duration) => duration is not { } time
        ? ""
        : time < TimeSpan.FromMinutes(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0}s")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}h{time.Minutes:00}m{time.Seconds:00}s");

    private static string? Text(JsonElement owner, string name) => owner.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
