using System.Collections.Immutable;
using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>The key <c>loading</c>. Its step names are checked when the steps are known.</summary>
internal static class LoadingCompiler
{
    private static readonly string[] s_strategies = ["selective", "eager", "lazy"];

    public static LoadingPlan Compile(FieldReader spec)
    {
        if (spec.TakeObject("loading") is not { } reader) return LoadingPlan.Default;
        var plan = new LoadingPlan
        {
            Strategy = Strategy(reader),
            MaxDepth = (int)(reader.TakeInteger(1, LoadingPlan.DeepestDepth, "maxDepth") ?? LoadingPlan.Default.MaxDepth),
            Required = Names(reader, "required"),
            Optional = Names(reader, "optional"),
        };
        reader.ReportUnknown();
        return plan;
    }

    /// <summary>Every name must be a step that can have a result, and be said once.</summary>
    public static void Check(Plan plan, List<Problem> problems)
    {
        Check(plan, "required", plan.Loading.Required, problems);
        Check(plan, "optional", plan.Loading.Optional, problems);
        foreach (var name in plan.Loading.Optional.Where(name => plan.Loading.Required.Contains(name)))
            problems.Add(new Problem(ProblemSeverity.Error, "loading.optional", $"names '{name}', which loading.required names too; keep one."));
    }

    private static void Check(Plan plan, string key, ImmutableArray<string> names, List<Problem> problems)
    {
        for (var i = 0; i < names.Length; i++)
            if (Refusal(plan, key, names[i]) is { } refusal) problems.Add(new Problem(ProblemSeverity.Error, $"loading.{key}[{i}]", refusal));
    }

    private static string? Refusal(Plan plan, string key, string name)
    {
        if (!plan.ByName.TryGetValue(name, out var step))
            return $"names the step '{name}', which the workflow does not have{(NearestName.Find(name, plan.ByName.Keys) is { } near ? $" (did you mean {near}?)" : "")}.";
        if (step.Task is null) return $"names the step '{name}', which has no tool and so no result.";
        return key == "required" && name == plan.OnExit ? $"names the step '{name}', which runs after all others (onExit)." : null;
    }

    private static LoadingStrategy Strategy(FieldReader reader)
    {
        if (reader.TakeString("strategy") is not { } text) return LoadingStrategy.Selective;
        var index = Array.IndexOf(s_strategies, text);
        if (index >= 0) return (LoadingStrategy)index;
        var near = NearestName.Find(text, s_strategies) is { } name ? $" (did you mean {name}?)" : "";
        reader.Error("strategy", $"must be selective, eager or lazy, not '{text}'{near}.");
        return LoadingStrategy.Selective;
    }

    private static ImmutableArray<string> Names(FieldReader reader, string key)
    {
        if (reader.TakeList(key) is not { } list) return [];
        if (list.EnumerateArray().All(entry => entry.ValueKind == JsonValueKind.String)) return [.. list.EnumerateArray().Select(entry => entry.GetString()!)];
        reader.Error(key, "must be a list of names of steps.");
        return [];
    }
}
