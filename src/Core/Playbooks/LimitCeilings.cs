using System.Globalization;
using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// What an operator grants at most of each limit of a playbook. Null: as much as the playbook asks. A playbook that asks for more still runs, with
/// less, and is told so; one that relies on a default above the ceiling gets the ceiling without a word.
/// </summary>
public sealed record LimitCeilings
{
    private const string Limits = "limits";

    public static LimitCeilings None { get; } = new();

    public long? MaxIterations { get; init; }

    public TimeSpan? MaxDuration { get; init; }

    public int? MaxParallel { get; init; }

    public long? MaxEvents { get; init; }

    public long? MaxResultBytes { get; init; }

    /// <summary>A Kubernetes quantity; bounds whatever the memory limit of a pod comes from.</summary>
    public string? Memory { get; init; }

    /// <summary>The compilation with its limits brought down to the ceilings, and a warning for each limit that asks for more.</summary>
    /// <param name="spec">What was compiled: a warning names its field as the document spells it.</param>
    public Compilation Apply(Compilation compilation, JsonElement spec)
    {
        if (compilation.Plan is not { } plan || this == None) return compilation;
        var asked = plan.Limits;
        var limits = asked with
        {
            MaxIterations = Math.Min(asked.MaxIterations, MaxIterations ?? long.MaxValue),
            MaxDuration = MaxDuration is { } most && most < asked.MaxDuration ? most : asked.MaxDuration,
            MaxParallel = Math.Min(asked.MaxParallel, MaxParallel ?? int.MaxValue),
            MaxEvents = Math.Min(asked.MaxEvents, MaxEvents ?? long.MaxValue),
            MaxInlineResultBytes = Math.Min(asked.MaxInlineResultBytes, MaxResultBytes ?? long.MaxValue),
            Memory = Quantity.IsMore(asked.Memory, Memory) ? Memory : asked.Memory,
            MemoryCeiling = Memory,
        };
        var warnings = plan.Warnings.AddRange(Warnings(asked, limits, plan.Worker, spec));
        return new Compilation(plan with { Limits = limits, Warnings = warnings }, warnings);
    }

    private IEnumerable<Problem> Warnings(PlanLimits asked, PlanLimits granted, JsonElement? worker, JsonElement spec)
    {
        // What is wrong with the limits themselves was told by the compiler.
        var document = new FieldReader(spec, "", []);
        if (document.TakeObject(Limits) is { } limits)
        {
            var found = new[]
            {
                Compare(limits, "maxIterations", asked.MaxIterations, granted.MaxIterations),
                Compare(limits, "maxDuration", asked.MaxDuration.TotalSeconds, granted.MaxDuration.TotalSeconds, " s"),
                Compare(limits, "maxParallel", asked.MaxParallel, granted.MaxParallel),
                Compare(limits, "maxEvents", asked.MaxEvents, granted.MaxEvents),
                Compare(limits, "maxResultBytes", asked.MaxInlineResultBytes, granted.MaxInlineResultBytes),
                asked.Memory == granted.Memory ? null : Warn(limits.PathOf("memory"), asked.Memory!, granted.Memory!),
            };
            foreach (var warning in found.OfType<Problem>()) yield return warning;
        }

        if (worker is { ValueKind: JsonValueKind.Object } pod && MemoryOf(pod) is { } memory && Quantity.IsMore(memory, Memory))
            yield return Warn("worker.resources.limits.memory", memory, Memory!);
    }

    private static string? MemoryOf(JsonElement worker) =>
        worker.TryGetProperty("resources", out var resources) && resources.ValueKind == JsonValueKind.Object
        && resources.TryGetProperty(Limits, out var limits) && limits.ValueKind == JsonValueKind.Object
        && limits.TryGetProperty("memory", out var memory) && memory.ValueKind == JsonValueKind.String ? memory.GetString() : null;

    private static Problem? Compare(FieldReader limits, string name, double asked, double granted, string unit = "") =>
        asked > granted && limits.Has(name) ? Warn(limits.PathOf(name), Number(asked, unit), Number(granted, unit)) : null;

    private static string Number(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");

    private static Problem Warn(string field, string asked, string granted) =>
        new(ProblemSeverity.Warning, field, $"asks for {asked}, and this operator's ceiling is {granted}, which holds.");
}
