using System.Globalization;
using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Compiles <c>limits</c>, of a playbook and of an execution.</summary>
public static class LimitsCompiler
{
    internal static PlanLimits Compile(FieldReader spec) => spec.TakeObject("limits") is { } reader ? Compile(reader, PlanLimits.Default) : PlanLimits.Default;

    /// <summary>What is wrong with an execution's limits: no limits at all, or looser ones than the playbook's. Empty when they only tighten.</summary>
    public static IReadOnlyList<Problem> CheckTighter(PlanLimits plan, JsonElement limits)
    {
        var problems = new List<Problem>();
        if (limits.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new Problem(ProblemSeverity.Error, "limits", $"must be a map, not {FieldReader.Describe(limits)}."));
            return problems;
        }

        var reader = new FieldReader(limits, "limits", problems);
        var own = Compile(reader, plan);
        Check("maxIterations", own.MaxIterations, plan.MaxIterations);
        Check("maxDuration", own.MaxDuration.TotalSeconds, plan.MaxDuration.TotalSeconds, " s");
        Check("maxParallel", own.MaxParallel, plan.MaxParallel);
        Check("maxEvents", own.MaxEvents, plan.MaxEvents);
        Check("maxResultBytes", own.MaxInlineResultBytes, plan.MaxInlineResultBytes);
        if (own.Memory != plan.Memory) reader.Error("memory", "is the playbook's to set.");
        return problems;

        void Check(string name, double wanted, double most, string unit = "")
        {
            if (wanted > most) reader.Error(name, string.Create(CultureInfo.InvariantCulture, $"may only tighten the playbook's {most}{unit}, not {wanted}{unit}."));
        }
    }

    private static PlanLimits Compile(FieldReader reader, PlanLimits defaults)
    {
        var limits = new PlanLimits
        {
            MaxIterations = reader.TakeInteger(1, long.MaxValue, "maxIterations") ?? defaults.MaxIterations,
            MaxDuration = reader.TakeDuration("maxDuration") ?? defaults.MaxDuration,
            MaxParallel = (int)(reader.TakeInteger(1, 100_000, "maxParallel") ?? defaults.MaxParallel),
            MaxEvents = reader.TakeInteger(100, long.MaxValue, "maxEvents") ?? defaults.MaxEvents,
            MaxInlineResultBytes = reader.TakeInteger(0, 1 << 20, "maxResultBytes") ?? defaults.MaxInlineResultBytes,
            Memory = CompileMemory(reader) ?? defaults.Memory,
            MemoryCeiling = defaults.MemoryCeiling,
        };
        reader.ReportUnknown();
        return limits;
    }

    private static string? CompileMemory(FieldReader reader)
    {
        if (reader.TakeString("memory") is not { } memory) return null;
        if (Quantity.TryParse(memory, out var bytes) && bytes >= 1) return memory;
        reader.Error("memory", $"must be a Kubernetes quantity such as 256Mi or 1Gi, not '{memory}'.");
        return null;
    }
}
