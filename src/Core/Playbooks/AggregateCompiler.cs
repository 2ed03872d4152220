using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using PlaybookOperator.Core.Statistics;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>Compiles a loop's <c>aggregate</c>: names, each with a template that gives a number of an iteration's result.</summary>
internal static class AggregateCompiler
{
    private const int MaxSamples = 100_000;
    private const int MaxNameLength = 63;

    /// <summary>Samples of all names together: what is read at the end of the loop.</summary>
    private const int MaxRows = 320_000;

    public static ImmutableArray<AggregatePlan> Compile(FieldReader loop, TemplateCompiler templates, out int samples)
    {
        samples = (int)(loop.TakeInteger(100, MaxSamples, "aggregateSamples") ?? Reservoir.DefaultCapacity);
        if (loop.TakeObject("aggregate") is not { } reader)
        {
            if (loop.Has("aggregateSamples")) loop.Error("aggregateSamples", "belongs to aggregate; without one there is nothing to sample.");
            return [];
        }

        var compiled = CompileNames(loop.Take("aggregate")!.Value, reader, templates);
        if (compiled.Length == 0) loop.Error("aggregate", "must name at least one number, such as latency: \"{{ result.ms }}\".");
        else if (compiled.Length > AggregatePlan.MaxNames) loop.Error("aggregate", $"must have at most {AggregatePlan.MaxNames} names, not {compiled.Length}.");
        else if ((long)compiled.Length * samples > MaxRows)
            loop.Error("aggregateSamples", string.Create(CultureInfo.InvariantCulture, $"must be at most {MaxRows / compiled.Length} with {compiled.Length} names: {MaxRows} samples in all."));
        return compiled;
    }

    /// <summary>Of a map whose names have been checked, in the order in which reports give their numbers.</summary>
    public static ImmutableArray<AggregatePlan> CompileNames(JsonElement map, FieldReader reader, TemplateCompiler templates) =>
    [
        .. map.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => CompileName(member, reader.Path, templates)),
    ];

    /// <summary>The name stays as it is written: it is the user's, no key of the language.</summary>
    private static AggregatePlan CompileName(JsonProperty member, string path, TemplateCompiler templates)
    {
        var (name, value, field) = (member.Name, member.Value, FieldReader.Join(path, member.Name));
        if (name.Length > MaxNameLength || !LoopCompiler.IsName(name))
            templates.Problems.Add(new Problem(ProblemSeverity.Error, field, $"must be a name of 1 to {MaxNameLength} letters, digits and _ that begins with no digit, as templates read it."));
        if (value.ValueKind is JsonValueKind.String or JsonValueKind.Number) return new AggregatePlan(name, templates.Compile(value, field));
        templates.Problems.Add(new Problem(
            ProblemSeverity.Error, field, $"must be a template that gives a number of the result, such as \"{{{{ result.ms }}}}\", not {FieldReader.Describe(value)}."));
        return new AggregatePlan(name, TemplateNode.Null);
    }
}
