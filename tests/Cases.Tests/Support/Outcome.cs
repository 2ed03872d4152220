using System.Text.Encodings.Web;
using System.Text.Json;

namespace PlaybookOperator.Cases.Tests.Support;

/// <summary>What a run came to: exit code, the printed object, the problems, and its whole log.</summary>
/// <param name="Events">One JSON object a line, oldest first.</param>
internal sealed record Outcome(int ExitCode, string Output, string Errors, IReadOnlyList<JsonElement> Events)
{
    private static readonly JsonSerializerOptions s_asWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private JsonElement? _json;

    /// <summary>The object that <c>--output json</c> prints.</summary>
    public JsonElement Json => _json ??= JsonElement.Parse(Output);

    public string Status => Json.GetProperty("status").GetString()!;

    public string Error => Json.GetProperty("error").GetString() ?? "";

    public string ExecutionId => Json.GetProperty("execution_id").GetString()!;

    public double Seconds => Json.GetProperty("duration_seconds").GetDouble();

    /// <summary>The result of a step, as compact JSON.</summary>
    public string Result(string step) => Compact(Step(step).GetProperty("result"));

    public JsonElement Step(string step) => Json.GetProperty("steps").GetProperty(step);

    public string StepStatus(string step) => Step(step).GetProperty("status").GetString()!;

    /// <summary>A path into a step's result, such as <c>stats.failed</c> or <c>results.0.data</c>.</summary>
    public JsonElement At(string step, string path) => path.Split('.').Aggregate(
        Step(step).GetProperty("result"), (value, name) => int.TryParse(name, out var index) && value.ValueKind == JsonValueKind.Array ? value[index] : value.GetProperty(name));

    /// <summary>The same as compact JSON.</summary>
    public string Text(string step, string path) => Compact(At(step, path));

    public string Vars => Compact(Json.GetProperty("vars"));

    public static string Compact(JsonElement value) => JsonSerializer.Serialize(value, s_asWritten);

    /// <summary>How many events of a type the log counts; of those in the file, when <paramref name="step"/> is given.</summary>
    public int Count(string type, string? step = null)
    {
        if (step is not null) return EventsOf(type, step).Count();
        return Json.GetProperty("events").GetProperty("by_type").TryGetProperty(type, out var count) ? count.GetInt32() : 0;
    }

    public IEnumerable<JsonElement> EventsOf(string type, string? step = null) => Events.Where(line =>
        line.GetProperty("event_type").GetString() == type && (step is null || line.GetProperty("step").GetString() == step));

    /// <summary>Fails with everything that was printed unless the run completed.</summary>
    public Outcome Completed()
    {
        Assert.True(ExitCode == 0, ToString());
        Assert.Equal("COMPLETED", Status);
        Assert.Equal(JsonValueKind.Null, Json.GetProperty("error").ValueKind);
        return this;
    }

    /// <summary>Fails unless the run failed, with these words in its error.</summary>
    public Outcome Failed(params ReadOnlySpan<string> words)
    {
        Assert.True(ExitCode == 1, ToString());
        Assert.Equal("FAILED", Status);
        foreach (var word in words) Assert.Contains(word, Error, StringComparison.Ordinal);
        return this;
    }

    /// <summary>Fails unless the playbook was refused, with these words among the problems.</summary>
    public Outcome Refused(params ReadOnlySpan<string> words)
    {
        Assert.True(ExitCode == 2, ToString());
        foreach (var word in words) Assert.Contains(word, Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
        return this;
    }

    public override string ToString() => $"exit {ExitCode}\n{Output}\n{Errors}";
}
