using System.Text.Json;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>The key <c>cache</c>: of a playbook, which gives the default and the switch, and of a step, which asks for it.</summary>
internal static class CacheCompiler
{
    private const string Cache = "cache";

    /// <summary><c>spec.cache</c>: <c>{enabled, ttl}</c>, or just true or false.</summary>
    public static CacheDefaults CompileDefaults(FieldReader spec)
    {
        if (IsSwitch(spec) is { } isOn) return CacheDefaults.Language with { Enabled = isOn };
        if (Map(spec) is not { } reader) return CacheDefaults.Language;
        var defaults = new CacheDefaults(reader.TakeBoolean("enabled") ?? true, TimeToLive(reader) ?? CacheDefaults.Language.TimeToLive);
        reader.ReportUnknown();
        return defaults;
    }

    /// <summary>A step's <c>cache</c>: <c>{ttl}</c>, or just true or false. Null: its results are not served from the cache.</summary>
    public static CachePlan? Compile(FieldReader step, TaskPlan? task, CacheDefaults defaults)
    {
        if (!step.Has(Cache))
        {
            step.Take(Cache);
            return null;
        }

        if (task is not null && Refusal(task.Tool) is { } refusal) step.Error(step.Spelling(Cache), refusal);
        if (IsSwitch(step) is { } isOn) return isOn && defaults.Enabled ? new CachePlan(defaults.TimeToLive) : null;
        if (Map(step) is not { } reader) return null;
        var timeToLive = TimeToLive(reader);
        var wanted = reader.TakeBoolean("enabled") ?? true;
        reader.ReportUnknown();
        return wanted && defaults.Enabled ? new CachePlan(timeToLive ?? defaults.TimeToLive) : null;
    }

    private static bool? IsSwitch(FieldReader owner) => owner.Take(Cache) is { ValueKind: JsonValueKind.True or JsonValueKind.False } isOn ? isOn.GetBoolean() : null;

    private static FieldReader? Map(FieldReader owner)
    {
        if (owner.Take(Cache) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Object) return owner.TakeObject(Cache);
        owner.Wrong(value, "true, false or a map with ttl", Cache);
        return null;
    }

    private static TimeSpan? TimeToLive(FieldReader cache)
    {
        if (cache.TakeDelay("ttl") is not { } ttl) return null;
        if (ttl > TimeSpan.Zero) return ttl;
        cache.Error("ttl", "must be above 0; leave cache away, or say cache: false, for a result that is always fresh.");
        return null;
    }

    /// <summary>What is plain to see in the document. A method or statement that a template writes is looked at when it is there.</summary>
    private static string? Refusal(ToolPlan tool) => tool.Kind switch
    {
        "http" when Text(tool, "method") is { } method && !CachePlan.IsCacheableMethod(method) => $"goes with GET alone, not with {method.ToUpperInvariant()}.",
        "postgres" when Text(tool, "query") is { } statement && !CachePlan.IsCacheableStatement(statement) => "goes with a single SELECT alone.",
        "http" or "postgres" => null,
        _ => $"goes with http GET and postgres SELECT alone, not with the tool {tool.Kind}.",
    };

    private static string? Text(ToolPlan tool, string key) =>
        tool.Settings[key] is TemplateNode.Constant { Value: { Kind: ValueKind.String } text } ? text.ToText() : null;
}

/// <summary><c>spec.cache</c>: whether steps may use the cache, and how old a result may be where a step does not say.</summary>
internal sealed record CacheDefaults(bool Enabled, TimeSpan TimeToLive)
{
    public static CacheDefaults Language { get; } = new(true, TimeSpan.FromSeconds(300));
}
