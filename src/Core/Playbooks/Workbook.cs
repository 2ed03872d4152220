using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// The named tools of <c>spec.workbook</c>. A step that names one is rewritten to hold the entry's tool itself, so that nothing after the compiler
/// knows of workbooks. The step's own <c>args</c> lie over the entry's; its <c>retry</c>, <c>sink</c> and <c>timeout</c> replace them.
/// </summary>
internal sealed class Workbook
{
    public const string Kind = "workbook";
    private static readonly string[] s_taskKeys = ["tool", "args", "input", "retry", "sink", "save", "timeout"];

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _broken = new(StringComparer.Ordinal);
    private readonly List<Problem> _problems;

    private Workbook(List<Problem> problems) => _problems = problems;

    /// <summary>Takes <c>workbook</c>, a list of <c>{name, tool, …}</c> or a map from name to <c>{tool, …}</c>, and checks each entry where it stands.</summary>
    public static Workbook Read(FieldReader spec, TemplateCompiler templates)
    {
        var workbook = new Workbook(templates.Problems);
        if (spec.Take(Kind) is not { } source) return workbook;
        var path = spec.PathOf(Kind);
        if (source.ValueKind == JsonValueKind.Array)
            foreach (var (entry, index) in source.EnumerateArray().Select((entry, index) => (entry, index))) workbook.Add(NameOf(entry), entry, $"{path}[{index}]", ["name", "desc", "description"]);
        else if (source.ValueKind == JsonValueKind.Object)
            foreach (var entry in source.EnumerateObject()) workbook.Add(entry.Name, entry.Value, FieldReader.Join(path, entry.Name), ["desc", "description"]);
        else
            spec.Wrong(source, "a list of {name, tool, …}, or a map from name to {tool, …}", Kind);
        // Those that others stand on first: what is wrong with them is then known.
        foreach (var entry in workbook._entries.Values.OrderBy(entry => workbook.UseOf(entry.Task, entry.Field) is not null)) workbook.Check(entry, templates);
        return workbook;
    }

    /// <summary>The step with the tool that it names in place; as it is when it names none of the workbook's.</summary>
    public JsonElement Inline(JsonElement step, string field) => Inline(step, field, []);

    private JsonElement Inline(JsonElement step, string field, IReadOnlyList<string> way)
    {
        if (UseOf(step, field) is not { } use) return step;
        if (Find(use, way) is not { } entry) return Merge(step, Nothing, use);
        var task = Inline(entry.Task, entry.Field, [.. way, use.Name!]);
        // What is wrong with an entry is told where it stands, once.
        return Merge(step, _broken.Contains(entry.Name) ? Nothing : task, use);
    }

    private Entry? Find(Use use, IReadOnlyList<string> way)
    {
        if (use.Name is null) return Report(use.Field, "is required: the name of an entry of spec.workbook.");
        if (way.Contains(use.Name, StringComparer.Ordinal)) return Report(use.Field, $"goes round in a circle: {string.Join(" → ", [.. way, use.Name])}.");
        if (_entries.TryGetValue(use.Name, out var entry)) return entry;
        var near = NearestName.Find(use.Name, _entries.Keys) is { } name ? $" (did you mean {name}?)" : "";
        var known = _entries.Count == 0 ? "spec.workbook has no entries" : $"spec.workbook has {string.Join(", ", _entries.Keys.Order(StringComparer.Ordinal).Take(20))}";
        return Report(use.Field, $"names the workbook entry '{use.Name}', which does not exist{near}; {known}.");
    }

    private void Add(string? name, JsonElement source, string field, string[] entryKeys)
    {
        if (source.ValueKind != JsonValueKind.Object) Report(field, $"must be a map with tool, not {FieldReader.Describe(source)}.");
        else if (string.IsNullOrEmpty(name)) Report(FieldReader.Join(field, "name"), "is required: the name that steps use.");
        else if (!_entries.TryAdd(name, new Entry(name, field, TaskOf(source, entryKeys))))
            Report(FieldReader.Join(field, "name"), $"the name '{name}' is taken by {_entries[name].Field}.");
    }

    private void Check(Entry entry, TemplateCompiler templates)
    {
        var before = _problems.Count;
        var task = Inline(entry.Task, entry.Field, [entry.Name]);
        var reader = new FieldReader(task, entry.Field, _problems);
        TaskCompiler.Compile(reader, templates);
        if (!reader.Has("tool")) reader.Error("tool", $"is required: one of {string.Join(", ", templates.Tools.Kinds)}.");
        reader.ReportUnknown();
        if (_problems.Skip(before).Any(problem => problem.Severity == ProblemSeverity.Error)) _broken.Add(entry.Name);
    }

    private Use? UseOf(JsonElement step, string field)
    {
        if (!step.TryGetProperty("tool", out var tool)) return null;
        if (tool.ValueKind == JsonValueKind.String && tool.ValueEquals(Kind)) return new Use(NameOf(step), default, FieldReader.Join(field, "name"), IsFlat: true);
        if (tool.ValueKind != JsonValueKind.Object || TextOf(tool, "kind") != Kind) return null;
        var reader = new FieldReader(tool, $"{field}.tool", _problems);
        reader.Take("kind");
        var use = new Use(reader.TakeString("name"), reader.Take("args", "input") ?? default, $"{field}.tool.name", IsFlat: false);
        reader.ReportUnknown();
        return use;
    }

    /// <summary>The task of an entry in the step's shape: <c>{kind: http, …}</c> alone means <c>{tool: http, …}</c>.</summary>
    private static JsonElement TaskOf(JsonElement entry, string[] entryKeys)
    {
        var isBare = !entry.TryGetProperty("tool", out _);
        return JsonText.Object(writer =>
        {
            foreach (var member in entry.EnumerateObject())
            {
                if (entryKeys.Contains(member.Name, StringComparer.Ordinal)) continue;
                if (!isBare || member.Name != "kind")
                {
                    member.WriteTo(writer);
                    continue;
                }

                writer.WritePropertyName("tool");
                member.Value.WriteTo(writer);
            }
        });
    }

    private static JsonElement Merge(JsonElement step, JsonElement task, Use use) => JsonText.Object(writer =>
    {
        var own = step.EnumerateObject().Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var member in step.EnumerateObject())
            if (member.Name is not ("tool" or "args" or "input") && !(use.IsFlat && member.Name == "name")) member.WriteTo(writer);
        foreach (var (name, other) in ((string, string)[])[("retry", "retry"), ("sink", "save"), ("save", "sink"), ("timeout", "timeout")])
        {
            if (own.Contains(name) || own.Contains(other) || !task.TryGetProperty(name, out var value)) continue;
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        WriteArgs(writer, [Member(task, "args", "input"), use.Args, Member(step, "args", "input")]);
        WriteTool(writer, task, keepsTimeout: !own.Contains("timeout"));
    });

    /// <summary>Later ones win, member by member; something that is no map wins as a whole, for the compiler to refuse.</summary>
    private static void WriteArgs(Utf8JsonWriter writer, JsonElement[] layers)
    {
        var given = layers.Where(layer => layer.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null)).ToList();
        if (given.Count == 0) return;
        writer.WritePropertyName("args");
        if (given.FindLast(layer => layer.ValueKind != JsonValueKind.Object) is { ValueKind: not JsonValueKind.Undefined } odd)
        {
            odd.WriteTo(writer);
            return;
        }

        var merged = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in given.SelectMany(layer => layer.EnumerateObject())) merged[member.Name] = member.Value;
        writer.WriteStartObject();
        foreach (var (name, value) in merged)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>Always the newer spelling: the flat one would mix the tool's keys with the step's.</summary>
    private static void WriteTool(Utf8JsonWriter writer, JsonElement task, bool keepsTimeout)
    {
        if (!task.TryGetProperty("tool", out var tool)) return;
        writer.WriteStartObject("tool");
        if (tool.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in tool.EnumerateObject())
                if (keepsTimeout || member.Name != "timeout") member.WriteTo(writer);
        }
        else
        {
            writer.WritePropertyName("kind");
            tool.WriteTo(writer);
            foreach (var member in task.EnumerateObject())
                if (!s_taskKeys.Contains(member.Name, StringComparer.Ordinal) || IsToolArguments(member)) member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>A list under <c>args</c> is a container's; the step's own is a map.</summary>
    private static bool IsToolArguments(JsonProperty member) => member.Name == "args" && member.Value.ValueKind == JsonValueKind.Array;

    private static JsonElement Member(JsonElement owner, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (owner.TryGetProperty(name, out var value) && !(name == "args" && value.ValueKind == JsonValueKind.Array)) return value;
        return default;
    }

    private static string? NameOf(JsonElement entry) => TextOf(entry, "name");

    private static string? TextOf(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private Entry? Report(string field, string message)
    {
        _problems.Add(new Problem(ProblemSeverity.Error, field, message));
        return null;
    }

    /// <summary>Stands in for a tool that cannot be found, so that the rest of the step is still checked.</summary>
    private static JsonElement Nothing { get; } = JsonText.Object(static writer =>
    {
        writer.WriteStartObject("tool");
        writer.WriteString("kind", "noop");
        writer.WriteEndObject();
    });

    private sealed record Entry(string Name, string Field, JsonElement Task);

    /// <param name="Field">Where the name stands.</param>
    private sealed record Use(string? Name, JsonElement Args, string Field, bool IsFlat);
}
