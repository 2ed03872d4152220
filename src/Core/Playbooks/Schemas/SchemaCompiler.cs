using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PlaybookOperator.Core.Playbooks.Schemas;

/// <summary>
/// Compiles JSON Schema (draft 2020-12, with the older spellings of draft 7). What could not be bounded is refused: references outside the document,
/// expressions that need backtracking, and keywords that look at other keywords' findings.
/// </summary>
internal sealed class SchemaCompiler(JsonElement root, string field, List<Problem> problems)
{
    private const int MaxDepth = 64;
    private const int MaxSchemas = 10_000;
    private const int MaxPatternLength = 1_000;

    private static readonly string[] s_types = ["array", "boolean", "integer", "null", "number", "object", "string"];

    /// <summary>Say something about a schema and check nothing.</summary>
    private static readonly FrozenSet<string> s_notes = new[]
    {
        "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "example", "deprecated", "readOnly",
        "writeOnly", "format", "contentEncoding", "contentMediaType", "contentSchema",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_checks = new[]
    {
        "$ref", "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
        "properties", "patternProperties", "additionalProperties", "propertyNames", "required", "minProperties", "maxProperties", "dependentRequired",
        "dependentSchemas", "dependencies", "prefixItems", "items", "additionalItems", "contains", "minContains", "maxContains", "minItems", "maxItems",
        "uniqueItems", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_refused = new[]
    {
        "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef", "$anchor", "$dynamicAnchor",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly Dictionary<string, SchemaNode> _byPointer = new(StringComparer.Ordinal);

    public SchemaNode Compile() => Compile(root, "", field, 0);

    private SchemaNode Compile(JsonElement schema, string pointer, string path, int depth)
    {
        if (_byPointer.TryGetValue(pointer, out var known)) return known;
        var node = new SchemaNode();
        if (_byPointer.Count >= MaxSchemas || depth > MaxDepth)
        {
            Error(path, depth > MaxDepth ? $"is nested deeper than {MaxDepth} schemas." : $"has more than {MaxSchemas} schemas.");
            return node;
        }

        _byPointer[pointer] = node;
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False) node.Always = schema.GetBoolean();
        else if (schema.ValueKind == JsonValueKind.Object) Fill(node, new Place(schema, pointer, path, depth));
        else Error(path, $"must be a schema: a map, true or false, not {FieldReader.Describe(schema)}.");
        return node;
    }

    private void Fill(SchemaNode node, Place at)
    {
        foreach (var member in at.Schema.EnumerateObject()) CheckKeyword(member.Name, at.Path);
        if (at.Get("$ref") is { } reference) node.Reference = Resolve(reference, at);
        node.Types = Types(at);
        if (at.Get("enum") is { } allowed) node.Enum = List(allowed, at, "enum") is { } list ? [.. list] : null;
        node.Const = at.Get("const");
        node.Default = at.Get("default");
        node.Number = new NumberRules
        {
            Minimum = Number(at, "minimum"),
            Maximum = Number(at, "maximum"),
            ExclusiveMinimum = Number(at, "exclusiveMinimum"),
            ExclusiveMaximum = Number(at, "exclusiveMaximum"),
            MultipleOf = MultipleOf(at),
        };
        node.Length = Size(at, "minLength", "maxLength");
        node.Pattern = at.Get("pattern") is { } pattern ? Expression(pattern, at.Below("pattern")) : null;
        node.Object = ObjectRules(at);
        node.Array = ArrayRules(at);
        node.AllOf = Several(at, "allOf");
        node.AnyOf = Several(at, "anyOf");
        node.OneOf = Several(at, "oneOf");
        node.Not = One(at, "not");
        node.If = One(at, "if");
        node.Then = One(at, "then");
        node.Else = One(at, "else");
    }

    private void CheckKeyword(string name, string path)
    {
        if (s_refused.Contains(name)) Error($"{path}.{name}", "is not supported here; say it with properties, items and additionalProperties.");
        else if (!s_checks.Contains(name) && !s_notes.Contains(name) && !name.StartsWith("x-", StringComparison.Ordinal))
        {
            var near = NearestName.Find(name, s_checks) is { } similar ? $" (did you mean {similar}?)" : "";
            problems.Add(new Problem(ProblemSeverity.Warning, $"{path}.{name}", $"is not a keyword of JSON Schema{near}; it checks nothing."));
        }
    }

    private SchemaNode? Resolve(JsonElement reference, Place at)
    {
        var text = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : "";
        if (text != "#" && !text.StartsWith("#/", StringComparison.Ordinal))
        {
            Error(at.Below("$ref"), $"must point into this schema, such as #/$defs/name, not {FieldReader.Describe(reference)}.");
            return null;
        }

        var target = root;
        var path = field;
        foreach (var token in text.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(token).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var found = target.ValueKind switch
            {
                JsonValueKind.Object => target.TryGetProperty(name, out target),
                JsonValueKind.Array => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    && index < target.GetArrayLength() && (target = target[index]).ValueKind != JsonValueKind.Undefined,
                _ => false,
            };
            if (!found)
            {
                Error(at.Below("$ref"), $"points to {text}, which is not there.");
                return null;
            }

            path = $"{path}.{name}";
        }

        return Compile(target, text[1..], path, at.Depth + 1);
    }

    private ImmutableArray<string> Types(Place at)
    {
        if (at.Get("type") is not { } type) return [];
        JsonElement[] given = type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray()] : [type];
        foreach (var one in given)
        {
            if (one.ValueKind != JsonValueKind.String || !s_types.Contains(one.GetString()))
            {
                Error(at.Below("type"), $"must be one of {string.Join(", ", s_types)}, or a list of them, not {FieldReader.Describe(one)}.");
                return [];
            }
        }

        return [.. given.Select(one => one.GetString()!)];
    }

    private ObjectRules ObjectRules(Place at) => new()
    {
        Properties = Named(at, "properties"),
        Patterns =
        [
            .. Named(at, "patternProperties")
                .Select(pair => (Name: Expression(JsonElement.Parse($"\"{JsonEncodedText.Encode(pair.Key)}\""), at.Below("patternProperties")), pair.Value))
                .Where(pair => pair.Name is not null)
                .Select(pair => KeyValuePair.Create(pair.Name!, pair.Value)),
        ],
        Additional = One(at, "additionalProperties"),
        Names = One(at, "propertyNames"),
        Required = Strings(at.Get("required"), at.Below("required")),
        Size = Size(at, "minProperties", "maxProperties"),
        DependentRequired =
        [
            .. Members(at, "dependentRequired").Concat(Members(at, "dependencies").Where(member => member.Value.ValueKind == JsonValueKind.Array))
                .Select(member => KeyValuePair.Create(member.Name, Strings(member.Value, at.Below("dependentRequired")))),
        ],
        DependentSchemas = [.. Named(at, "dependentSchemas"), .. Named(at, "dependencies", JsonValueKind.Array)],
    };

    private ArrayRules ArrayRules(Place at)
    {
        // Draft 7 wrote a list under items for what is now prefixItems.
        var isOld = at.Get("items") is { ValueKind: JsonValueKind.Array };
        return new ArrayRules
        {
            Prefix = Several(at, isOld ? "items" : "prefixItems"),
            Items = One(at, isOld ? "additionalItems" : "items"),
            Contains = One(at, "contains"),
            Matches = new SizeRule(Count(at, "minContains") ?? 1, Count(at, "maxContains")),
            Size = Size(at, "minItems", "maxItems"),
            Unique = at.Get("uniqueItems") is { } unique && Boolean(unique, at.Below("uniqueItems")),
        };
    }

    private SchemaNode? One(Place at, string name) =>
        at.Get(name) is { } schema ? Compile(schema, $"{at.Pointer}/{name}", at.Below(name), at.Depth + 1) : null;

    private ImmutableArray<SchemaNode> Several(Place at, string name) =>
        at.Get(name) is { } value && List(value, at, name) is { } list
            ? [.. list.Select((schema, i) => Compile(schema, $"{at.Pointer}/{name}/{i}", $"{at.Below(name)}[{i}]", at.Depth + 1))]
            : [];

    private ImmutableArray<KeyValuePair<string, SchemaNode>> Named(Place at, string name, JsonValueKind except = JsonValueKind.Undefined) =>
    [
        .. Members(at, name).Where(member => member.Value.ValueKind != except).Select(member => KeyValuePair.Create(
            member.Name,
            Compile(member.Value, $"{at.Pointer}/{name}/{Escape(member.Name)}", $"{at.Below(name)}.{member.Name}", at.Depth + 1))),
    ];

    private JsonProperty[] Members(Place at, string name)
    {
        if (at.Get(name) is not { } value) return [];
        if (value.ValueKind == JsonValueKind.Object) return [.. value.EnumerateObject()];
        Error(at.Below(name), $"must be a map, not {FieldReader.Describe(value)}.");
        return [];
    }

    private JsonElement[]? List(JsonElement value, Place at, string name)
    {
        if (value.ValueKind == JsonValueKind.Array) return [.. value.EnumerateArray()];
        Error(at.Below(name), $"must be a list, not {FieldReader.Describe(value)}.");
        return null;
    }

    private ImmutableArray<string> Strings(JsonElement? value, string path)
    {
        if (value is not { } found) return [];
        var odd = found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().FirstOrDefault(item => item.ValueKind != JsonValueKind.String) : found;
        if (odd.ValueKind == JsonValueKind.Undefined) return [.. found.EnumerateArray().Select(item => item.GetString()!)];
        var hint = odd.ValueKind is JsonValueKind.True or JsonValueKind.False ? $" ({FieldReader.QuoteThem})" : "";
        Error(path, found.ValueKind == JsonValueKind.Array
            ? $"must be a list of names; {FieldReader.Describe(odd)} is none{hint}."
            : $"must be a list of names, not {FieldReader.Describe(found)}{hint}.");
        return [];
    }

    private SizeRule Size(Place at, string least, string most) => new(Count(at, least) ?? 0, Count(at, most));

    private long? Count(Place at, string name)
    {
        if (at.Get(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count >= 0) return count;
        Error(at.Below(name), $"must be an integer of at least 0, not {FieldReader.Describe(value)}.");
        return null;
    }

    private double? Number(Place at, string name)
    {
        if (at.Get(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)) return number;
        Error(at.Below(name), $"must be a number, not {FieldReader.Describe(value)}.");
        return null;
    }

    private decimal? MultipleOf(Place at)
    {
        if (at.Get("multipleOf") is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && number > 0) return number;
        Error(at.Below("multipleOf"), $"must be a number above 0, not {FieldReader.Describe(value)}.");
        return null;
    }

    private bool Boolean(JsonElement value, string path)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Error(path, $"must be true or false, not {FieldReader.Describe(value)}.");
        return false;
    }

    /// <summary>Matched in time linear in the text, whatever the expression: what would need backtracking does not compile.</summary>
    private Regex? Expression(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: <= MaxPatternLength } text)
        {
            Error(path, $"must be a regular expression of at most {MaxPatternLength} characters, not {FieldReader.Describe(value)}.");
            return null;
        }

        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            Error(path, refused is NotSupportedException
                ? "must not use look-around or back-references: they cannot be matched in bounded time."
                : $"is not a regular expression: {refused.Message}");
            return null;
        }
    }

    private void Error(string path, string message) => problems.Add(new Problem(ProblemSeverity.Error, path, message));

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private readonly record struct Place(JsonElement Schema, string Pointer, string Path, int Depth)
    {
        public JsonElement? Get(string name) => Schema.TryGetProperty(name, out var value) ? value : null;

        public string Below(string name) => $"{Path}.{name}";
    }
}
