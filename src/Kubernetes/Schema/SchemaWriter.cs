using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PlaybookOperator.Kubernetes.Schema;

/// <summary>
/// Describes a JSON contract as a structural schema: every node has a type, or keeps unknown fields, or is an int-or-string; no
/// references, no unions, no rules. Members are in ordinal order, so that the same types always give the same text.
/// </summary>
internal sealed class SchemaWriter(JsonSerializerOptions options)
{
    private const string Preserve = "x-kubernetes-preserve-unknown-fields";
    private readonly Stack<Type> _path = new();

    public JsonObject Describe(Type type)
    {
        var contract = options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        return contract.Kind switch
        {
            JsonTypeInfoKind.Object => DescribeObject(contract),
            JsonTypeInfoKind.Enumerable => new JsonObject { ["type"] = "array", ["items"] = Describe(contract.ElementType!) },
            JsonTypeInfoKind.Dictionary =>
                new JsonObject { ["type"] = "object", ["additionalProperties"] = Describe(contract.ElementType!) },
            _ => DescribeValue(contract),
        };
    }

    public JsonObject DescribeMember(JsonPropertyInfo member)
    {
        var schema = DescribeShape(member);
        foreach (var attribute in Attributes<Attribute>(member)) Constrain(schema, attribute);
        return schema;
    }

    public static IEnumerable<JsonPropertyInfo> Members(JsonTypeInfo contract) => contract.Properties
        .Where(member => Attributes<JsonIgnoreAttribute>(member).All(ignore => ignore.Condition != JsonIgnoreCondition.Always))
        .Where(member => member.Get is not null || member.Set is not null)
        .OrderBy(member => member.Name, StringComparer.Ordinal);

    public static string? Description(ICustomAttributeProvider? place) =>
        place?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false)
            .OfType<DescriptionAttribute>()
            .FirstOrDefault()?.Description;

    private static IEnumerable<TAttribute> Attributes<TAttribute>(JsonPropertyInfo member)
        where TAttribute : Attribute =>
        member.AttributeProvider?.GetCustomAttributes(typeof(TAttribute), inherit: false).OfType<TAttribute>() ?? [];

    private static JsonObject WithDescription(JsonObject schema, string? description)
    {
        if (description is not null) schema["description"] = description;
        return schema;
    }

    private static JsonArray Texts(IEnumerable<string> values) => [.. values.Select(value => (JsonNode?)value)];

    private static JsonValue Number(double value) =>
        value == Math.Floor(value) && Math.Abs(value) < 1e15 ? JsonValue.Create((long)value) : JsonValue.Create(value);

    private static void Constrain(JsonObject schema, Attribute attribute)
    {
        switch (attribute)
        {
            case DescriptionAttribute description:
                schema["description"] = description.Description;
                break;
            case MinimumAttribute minimum:
                schema["minimum"] = Number(minimum.Value);
                break;
            case MaximumAttribute maximum:
                schema["maximum"] = Number(maximum.Value);
                break;
            case OneOfAttribute oneOf:
                schema["enum"] = Texts(oneOf.Values);
                break;
            case PatternAttribute pattern:
                schema["pattern"] = pattern.Expression;
                break;
            case MinimumLengthAttribute length:
                schema["minLength"] = length.Length;
                break;
            case ListMapKeysAttribute keys:
                schema["x-kubernetes-list-type"] = "map";
                schema["x-kubernetes-list-map-keys"] = Texts(keys.Keys);
                break;
        }
    }

    private JsonObject DescribeShape(JsonPropertyInfo member)
    {
        if (Attributes<IntOrStringAttribute>(member).Any()) return new JsonObject { ["x-kubernetes-int-or-string"] = true };
        if (Attributes<PreserveUnknownFieldsAttribute>(member).FirstOrDefault() is not { } preserve) return Describe(member.PropertyType);
        var schema = new JsonObject();
        if (preserve.Type is not null) schema["type"] = preserve.Type;
        // The server refuses an array without a description of its items.
        if (preserve.Type == "array") schema["items"] = new JsonObject { [Preserve] = true };
        else schema[Preserve] = true;
        return schema;
    }

    private JsonObject DescribeObject(JsonTypeInfo contract)
    {
        if (_path.Contains(contract.Type))
        {
            throw new InvalidOperationException(
                $"{contract.Type.Name} contains itself, which a schema cannot say: mark a member as kept unknown.");
        }

        _path.Push(contract.Type);
        var members = new JsonObject();
        var required = new List<string>();
        foreach (var member in Members(contract))
        {
            members[member.Name] = DescribeMember(member);
            if (member.IsRequired) required.Add(member.Name);
        }

        _path.Pop();
        var schema = WithDescription(new JsonObject { ["type"] = "object" }, Description(contract.Type));
        if (members.Count > 0) schema["properties"] = members;
        if (required.Count > 0) schema["required"] = Texts(required);
        if (contract.Type.IsDefined(typeof(PreserveUnknownFieldsAttribute), inherit: false)) schema[Preserve] = true;
        return schema;
    }

    private static JsonObject DescribeValue(JsonTypeInfo contract)
    {
        var type = contract.Type;
        if (type.IsEnum) return new JsonObject { ["type"] = "string", ["enum"] = Texts(EnumNames(contract)) };
        if (type == typeof(JsonElement) || type == typeof(object) || type.IsAssignableTo(typeof(JsonNode)))
            return new JsonObject { [Preserve] = true };
        return Scalar(type) ?? throw new InvalidOperationException(
            $"{type.Name} has no schema of its own: mark the member as kept unknown or as int-or-string.");
    }

    private static JsonObject? Scalar(Type type)
    {
        if (type == typeof(string)) return new JsonObject { ["type"] = "string" };
        if (type == typeof(bool)) return new JsonObject { ["type"] = "boolean" };
        if (type == typeof(int)) return new JsonObject { ["type"] = "integer", ["format"] = "int32" };
        if (type == typeof(long)) return new JsonObject { ["type"] = "integer", ["format"] = "int64" };
        if (type == typeof(double) || type == typeof(float) || type == typeof(decimal)) return new JsonObject { ["type"] = "number" };
        return type == typeof(DateTimeOffset) || type == typeof(DateTime)
            ? new JsonObject { ["type"] = "string", ["format"] = "date-time" }
            : null;
    }

    // As the contract writes them, whatever naming it uses.
    private static IEnumerable<string> EnumNames(JsonTypeInfo contract)
    {
        foreach (var value in Enum.GetValuesAsUnderlyingType(contract.Type))
        {
            var written = JsonSerializer.SerializeToElement(Enum.ToObject(contract.Type, value), contract);
            yield return written.ValueKind == JsonValueKind.String
                ? written.GetString()!
                : throw new InvalidOperationException($"{contract.Type.Name} is written as a number; Kubernetes wants texts.");
        }
    }
}
