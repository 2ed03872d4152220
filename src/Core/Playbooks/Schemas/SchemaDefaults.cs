using System.Text.Json;
using PlaybookOperator.Core.Executions;

namespace PlaybookOperator.Core.Playbooks.Schemas;

/// <summary>
/// Fills in what a workload leaves out and its schema has a <c>default</c> for, at any depth of the maps and lists that are there. A map that is not
/// there comes into being where defaults alone give it all that it requires. Only keywords that hold for every workload are followed
/// (<c>properties</c>, <c>patternProperties</c>, <c>additionalProperties</c>, <c>items</c>, <c>allOf</c>, <c>$ref</c>): defaults inside alternatives are not.
/// </summary>
internal sealed class SchemaDefaults
{
    private const int MaxDepth = 64;

    /// <summary>Members that may be looked for, at most: schemas that refer to each other unfold without end otherwise.</summary>
    private const int MaxTries = 100_000;

    /// <summary>The schemas around what is being looked at: a schema that is part of itself makes nothing come into being, or there would be no end.</summary>
    private readonly Stack<IReadOnlyCollection<SchemaNode>> _around = new();
    private int _tries;

    /// <summary>There was more to look for than is allowed: what was filled in is not all.</summary>
    public bool IsCutOff => _tries > MaxTries;

    /// <param name="schema">What describes the value.</param>
    /// <param name="under">The playbook's own value as written, whose texts may be templates; null: none.</param>
    /// <param name="over">The execution's, which lies over it; null: none.</param>
    /// <returns>What the execution's is to be instead; null: it stays as it is.</returns>
    public JsonElement? Fill(SchemaNode schema, JsonElement? under, JsonElement? over) => Fill(schema, under, over, 0);

    private JsonElement? Fill(SchemaNode schema, JsonElement? under, JsonElement? over, int depth)
    {
        if (depth > MaxDepth) return null;
        var (now, isChanged) = (over, false);
        var parts = Parts(schema);
        _around.Push(parts);
        foreach (var part in parts)
        {
            if (FillPart(part, under, now, depth) is not { } next) continue;
            (now, isChanged) = (next, true);
        }

        _around.Pop();
        return isChanged ? now : null;
    }

    private JsonElement? FillPart(SchemaNode schema, JsonElement? under, JsonElement? over, int depth) => (over ?? under)?.ValueKind switch
    {
        JsonValueKind.Object => FillMap(schema, under is { ValueKind: JsonValueKind.Object } ? under : null, over, depth),
        JsonValueKind.Array when over is not null => FillList(schema, over.Value, depth),
        // A list of the playbook's is replaced as a whole, so that it must not have templates in it.
        JsonValueKind.Array when !HasTemplates(under!.Value) => FillList(schema, under.Value, depth),
        _ => null,
    };

    private JsonElement? FillMap(SchemaNode schema, JsonElement? under, JsonElement? over, int depth)
    {
        var changes = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, member) in schema.Object.Properties)
        {
            var (below, above) = (under.Member(name), over.Member(name));
            var filled = below is null && above is null ? Make(member, depth + 1) : Fill(member, below, above, depth + 1);
            if (filled is { } value) changes[name] = value;
        }

        foreach (var name in NamesOf(under).Concat(NamesOf(over)).Distinct(StringComparer.Ordinal))
        {
            if (ForOther(schema.Object, name) is { } member && Fill(member, under.Member(name), over.Member(name), depth + 1) is { } value) changes[name] = value;
        }

        return changes.Count == 0 ? null : JsonText.Object(writer =>
        {
            if (over is { } before)
                foreach (var member in before.EnumerateObject())
                    if (!changes.ContainsKey(member.Name)) member.WriteTo(writer);
            foreach (var (name, value) in changes)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
        });
    }

    private JsonElement? FillList(SchemaNode schema, JsonElement list, int depth)
    {
        var changes = new Dictionary<int, JsonElement>();
        foreach (var (index, item) in list.EnumerateArray().Index())
        {
            var member = index < schema.Array.Prefix.Length ? schema.Array.Prefix[index] : schema.Array.Items;
            if (member is not null && Fill(member, under: null, item, depth + 1) is { } value) changes[index] = value;
        }

        return changes.Count == 0 ? null : JsonText.Write(writer =>
        {
            writer.WriteStartArray();
            foreach (var (index, item) in list.EnumerateArray().Index()) changes.GetValueOrDefault(index, item).WriteTo(writer);
            writer.WriteEndArray();
        });
    }

    /// <summary>A member that is not there: its default, with what that leaves out; or a map of the defaults below it. Null: it stays away.</summary>
    private JsonElement? Make(SchemaNode schema, int depth)
    {
        var parts = Parts(schema);
        if (++_tries > MaxTries || depth > MaxDepth || _around.Any(around => around.Any(parts.Contains))) return null;
        if (parts.FirstOrDefault(part => part.Default is not null)?.Default is { } given) return Fill(schema, under: null, given, depth) ?? given;
        if (parts.Any(part => part.Types.Length > 0 && !part.Types.Contains("object"))) return null;
        var made = Fill(schema, under: null, JsonText.EmptyObject, depth);
        return parts.All(part => part.Object.Required.All(name => made.Member(name) is not null)) ? made : null;
    }

    /// <summary>The schema and those that hold wherever it does.</summary>
    private static HashSet<SchemaNode> Parts(SchemaNode schema)
    {
        if (schema.Reference is null && schema.AllOf.Length == 0) return [schema];
        var found = new HashSet<SchemaNode>();
        var open = new Stack<SchemaNode>([schema]);
        while (open.TryPop(out var part))
        {
            if (!found.Add(part)) continue;
            if (part.Reference is { } reference) open.Push(reference);
            foreach (var one in part.AllOf) open.Push(one);
        }

        return found;
    }

    private static SchemaNode? ForOther(ObjectRules rules, string name)
    {
        if (rules.Properties.Any(property => property.Key == name)) return null;
        return rules.Patterns.FirstOrDefault(pattern => pattern.Key.IsMatch(name)).Value ?? rules.Additional;
    }

    private static IEnumerable<string> NamesOf(JsonElement? map) =>
        map is { ValueKind: JsonValueKind.Object } found ? found.EnumerateObject().Select(member => member.Name) : [];

    private static bool HasTemplates(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is { } text
            && (text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal) || text.Contains("{#", StringComparison.Ordinal)),
        JsonValueKind.Array => value.EnumerateArray().Any(HasTemplates),
        JsonValueKind.Object => value.EnumerateObject().Any(member => HasTemplates(member.Value)),
        _ => false,
    };
}
