using System.Globalization;
using System.Text.Json;

namespace PlaybookOperator.Core.Playbooks.Schemas;

/// <summary>Checks one value against a schema. Bounded in work, depth and findings.</summary>
internal sealed class SchemaValidator
{
    private const int MaxFindings = 100;
    private const int MaxDepth = 200;
    private const int MaxSteps = 5_000_000;
    private readonly List<Problem> _findings = [];
    private int _steps;
    private bool _gaveUp;

    /// <summary>Everything that is wrong, at most 100 findings, with paths below <paramref name="path"/>.</summary>
    public static IReadOnlyList<Problem> Validate(SchemaNode schema, JsonElement value, string path)
    {
        var validator = new SchemaValidator();
        validator.Check(schema, value, path, validator._findings, 0);
        return validator._findings;
    }

    private void Check(SchemaNode schema, JsonElement value, string path, List<Problem> findings, int depth)
    {
        if (_gaveUp || findings.Count >= MaxFindings) return;
        if (++_steps > MaxSteps || depth > MaxDepth)
        {
            _gaveUp = true;
            _findings.Add(Finding(path, depth > MaxDepth ? "cannot be checked: the schema refers to itself too deeply here." : "is too large to be checked against the schema."));
            return;
        }

        if (schema.Always is { } always)
        {
            if (!always) findings.Add(Finding(path, "is not allowed here."));
            return;
        }

        if (schema.Reference is { } reference) Check(reference, value, path, findings, depth + 1);
        CheckValue(schema, value, path, findings);
        if (value.ValueKind == JsonValueKind.Object) CheckObject(schema.Object, value, path, findings, depth + 1);
        if (value.ValueKind == JsonValueKind.Array) CheckArray(schema.Array, value, path, findings, depth + 1);
        CheckParts(schema, value, path, findings, depth + 1);
    }

    private static void CheckValue(SchemaNode schema, JsonElement value, string path, List<Problem> findings)
    {
        if (schema.Types.Length > 0 && !schema.Types.Any(type => Is(value, type)))
            findings.Add(Finding(path, $"must be {string.Join(" or ", schema.Types.Select(Article))}, not {FieldReader.Describe(value)}."));
        if (schema.Enum is { } allowed && !allowed.Any(one => JsonElement.DeepEquals(one, value)))
            findings.Add(Finding(path, $"must be one of {string.Join(", ", allowed.Take(20).Select(Text))}, not {FieldReader.Describe(value)}."));
        if (schema.Const is { } only && !JsonElement.DeepEquals(only, value)) findings.Add(Finding(path, $"must be {Text(only)}, not {FieldReader.Describe(value)}."));
        if (value.ValueKind == JsonValueKind.Number) CheckNumber(schema.Number, value, path, findings);
        if (value.ValueKind == JsonValueKind.String) CheckString(schema, value.GetString()!, path, findings);
    }

    private static void CheckNumber(NumberRules rules, JsonElement value, string path, List<Problem> findings)
    {
        var number = value.GetDouble();
        if (rules.Minimum is { } minimum && number < minimum) Add($"at least {Text(minimum)}");
        if (rules.Maximum is { } maximum && number > maximum) Add($"at most {Text(maximum)}");
        if (rules.ExclusiveMinimum is { } above && number <= above) Add($"above {Text(above)}");
        if (rules.ExclusiveMaximum is { } below && number >= below) Add($"below {Text(below)}");
        if (rules.MultipleOf is { } part && (value.TryGetDecimal(out var exact) ? exact % part != 0 : number % (double)part != 0)) Add($"a multiple of {Text((double)part)}");

        void Add(string wanted) => findings.Add(Finding(path, $"must be {wanted}, not {FieldReader.Describe(value)}."));
    }

    private static void CheckString(SchemaNode schema, string text, string path, List<Problem> findings)
    {
        if (schema.Length != SizeRule.Any && text.EnumerateRunes().Count() is var length && !schema.Length.Allows(length))
            findings.Add(Finding(path, $"must have {Bounds(schema.Length)} characters, not {length}."));
        if (schema.Pattern is { } pattern && !pattern.IsMatch(text)) findings.Add(Finding(path, $"must match {pattern}."));
    }

    private void CheckObject(ObjectRules rules, JsonElement value, string path, List<Problem> findings, int depth)
    {
        foreach (var name in rules.Required.Where(name => !value.TryGetProperty(name, out _))) findings.Add(Finding(FieldReader.Join(path, name), "is required."));
        if (rules.Size != SizeRule.Any && value.GetPropertyCount() is var count && !rules.Size.Allows(count))
            findings.Add(Finding(path, $"must have {Bounds(rules.Size)} members, not {count}."));
        foreach (var member in value.EnumerateObject()) CheckMember(rules, member, path, findings, depth);
        foreach (var (name, wanted) in rules.DependentRequired.Where(pair => value.TryGetProperty(pair.Key, out _)))
            foreach (var other in wanted.Where(other => !value.TryGetProperty(other, out _)))
                findings.Add(Finding(FieldReader.Join(path, other), $"is required beside {name}."));
        foreach (var (name, schema) in rules.DependentSchemas)
            if (value.TryGetProperty(name, out _)) Check(schema, value, path, findings, depth);
    }

    private void CheckMember(ObjectRules rules, JsonProperty member, string path, List<Problem> findings, int depth)
    {
        var below = FieldReader.Join(path, member.Name);
        if (rules.Names is { } names && !Holds(names, JsonElement.Parse($"\"{JsonEncodedText.Encode(member.Name)}\""), below, depth))
            findings.Add(Finding(below, "is not an allowed name."));
        var named = false;
        foreach (var (name, schema) in rules.Properties)
        {
            if (name != member.Name) continue;
            named = true;
            Check(schema, member.Value, below, findings, depth);
        }

        foreach (var (pattern, schema) in rules.Patterns)
        {
            if (!pattern.IsMatch(member.Name)) continue;
            named = true;
            Check(schema, member.Value, below, findings, depth);
        }

        if (named || rules.Additional is not { } additional) return;
        if (additional.Always == false)
        {
            var near = NearestName.Find(member.Name, rules.Properties.Select(property => property.Key)) is { } similar ? $" (did you mean {similar}?)" : "";
            findings.Add(Finding(below, $"is not a known member{near}."));
        }
        else Check(additional, member.Value, below, findings, depth);
    }

    private void CheckArray(ArrayRules rules, JsonElement value, string path, List<Problem> findings, int depth)
    {
        var length = value.GetArrayLength();
        if (!rules.Size.Allows(length)) findings.Add(Finding(path, $"must have {Bounds(rules.Size)} elements, not {length}."));
        if (rules.Unique && FindDouble(value) is { } pair) findings.Add(Finding(path, $"must not hold the same twice; [{pair.First}] and [{pair.Second}] are equal."));
        var index = 0;
        var matches = 0;
        foreach (var item in value.EnumerateArray())
        {
            var below = $"{path}[{index}]";
            var schema = index < rules.Prefix.Length ? rules.Prefix[index] : rules.Items;
            if (schema is not null) Check(schema, item, below, findings, depth);
            if (rules.Contains is { } contained && Holds(contained, item, below, depth)) matches++;
            index++;
            if (_gaveUp || findings.Count >= MaxFindings) return;
        }

        if (rules.Contains is not null && !rules.Matches.Allows(matches))
            findings.Add(Finding(path, $"must contain {Bounds(rules.Matches)} elements of the described kind, not {matches}."));
    }

    private void CheckParts(SchemaNode schema, JsonElement value, string path, List<Problem> findings, int depth)
    {
        foreach (var part in schema.AllOf) Check(part, value, path, findings, depth);
        if (schema.AnyOf.Length > 0) CheckAny(schema.AnyOf, value, path, findings, depth);
        if (schema.OneOf.Length > 0 && schema.OneOf.Count(part => Holds(part, value, path, depth)) is var fits and not 1)
        {
            if (fits == 0) CheckAny(schema.OneOf, value, path, findings, depth);
            else findings.Add(Finding(path, $"must fit one of the {schema.OneOf.Length} alternatives, and fits {fits}."));
        }

        if (schema.Not is { } not && Holds(not, value, path, depth)) findings.Add(Finding(path, "is what the schema excludes by not."));
        if (schema.If is not { } condition) return;
        var branch = Holds(condition, value, path, depth) ? schema.Then : schema.Else;
        if (branch is not null) Check(branch, value, path, findings, depth);
    }

    /// <summary>The alternative with the fewest findings is most likely the one that was meant.</summary>
    private void CheckAny(IReadOnlyList<SchemaNode> alternatives, JsonElement value, string path, List<Problem> findings, int depth)
    {
        List<Problem>? nearest = null;
        foreach (var alternative in alternatives)
        {
            var own = new List<Problem>();
            Check(alternative, value, path, own, depth);
            if (own.Count == 0) return;
            if (nearest is null || own.Count < nearest.Count) nearest = own;
        }

        if (alternatives.Count == 1) findings.AddRange(nearest!);
        else findings.Add(Finding(path, $"fits none of {alternatives.Count} alternatives; the nearest misses by: {string.Join(' ', nearest!.Take(3))}"));
    }

    private bool Holds(SchemaNode schema, JsonElement value, string path, int depth)
    {
        var own = new List<Problem>();
        Check(schema, value, path, own, depth);
        return own.Count == 0;
    }

    /// <summary>Equal elements have equal canonical text, so one pass over a set is enough; numbers are compared as doubles.</summary>
    private static (int First, int Second)? FindDouble(JsonElement list)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (!seen.TryAdd(PlaybookDocument.Digest(item), index)) return (seen[PlaybookDocument.Digest(item)], index);
            index++;
        }

        return null;
    }

    private static bool Is(JsonElement value, string type) => (type, value.ValueKind) switch
    {
        ("array", JsonValueKind.Array) or ("object", JsonValueKind.Object) or ("string", JsonValueKind.String) or ("null", JsonValueKind.Null)
            or ("number", JsonValueKind.Number) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => value.TryGetInt64(out _) || Math.Floor(value.GetDouble()) == value.GetDouble(),
        _ => false,
    };

    private static string Article(string type) => type switch
    {
        "null" => "null",
        "array" => "a list",
        "object" => "a map",
        "boolean" => "true or false",
        "integer" => "an integer",
        _ => $"a {type}",
    };

    private static string Text(JsonElement value) => value.GetRawText() is { Length: <= 60 } text ? text : FieldReader.Describe(value);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Bounds(SizeRule rule) => rule switch
    {
        { Most: null } => $"at least {rule.Least}",
        { Least: 0, Most: { } most } => $"at most {most}",
        { Most: { } most } => $"{rule.Least} to {most}",
    };

    private static Problem Finding(string path, string message) => new(ProblemSeverity.Error, path, message);
}
