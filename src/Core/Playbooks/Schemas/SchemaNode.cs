using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PlaybookOperator.Core.Playbooks.Schemas;

/// <summary>One schema of a JSON Schema document. Filled once by <see cref="SchemaCompiler"/> (schemas may refer to each other in circles), then only read.</summary>
internal sealed class SchemaNode
{
    /// <summary>Set for the schemas <c>true</c> and <c>false</c>.</summary>
    public bool? Always { get; set; }

    public SchemaNode? Reference { get; set; }

    /// <summary>What a member of this schema is when it is left out; null: nothing.</summary>
    public JsonElement? Default { get; set; }

    /// <summary>Allowed types; empty: any.</summary>
    public ImmutableArray<string> Types { get; set; } = [];

    public ImmutableArray<JsonElement>? Enum { get; set; }

    public JsonElement? Const { get; set; }

    public NumberRules Number { get; set; } = new();

    public SizeRule Length { get; set; } = SizeRule.Any;

    public Regex? Pattern { get; set; }

    public ObjectRules Object { get; set; } = new();

    public ArrayRules Array { get; set; } = new();

    public ImmutableArray<SchemaNode> AllOf { get; set; } = [];

    public ImmutableArray<SchemaNode> AnyOf { get; set; } = [];

    public ImmutableArray<SchemaNode> OneOf { get; set; } = [];

    public SchemaNode? Not { get; set; }

    public SchemaNode? If { get; set; }

    public SchemaNode? Then { get; set; }

    public SchemaNode? Else { get; set; }
}

/// <param name="Least">At least so many; 0 without a bound.</param>
/// <param name="Most">At most so many; null without a bound.</param>
internal readonly record struct SizeRule(long Least, long? Most)
{
    public static SizeRule Any { get; } = new(0, null);

    public bool Allows(long size) => size >= Least && (Most is not { } most || size <= most);
}

internal sealed record NumberRules
{
    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public double? ExclusiveMinimum { get; init; }

    public double? ExclusiveMaximum { get; init; }

    /// <summary>As written, so that 0.1 stays 0.1.</summary>
    public decimal? MultipleOf { get; init; }
}

internal sealed record ObjectRules
{
    public ImmutableArray<KeyValuePair<string, SchemaNode>> Properties { get; init; } = [];

    public ImmutableArray<KeyValuePair<Regex, SchemaNode>> Patterns { get; init; } = [];

    /// <summary>For members that no property and no pattern names; null: anything.</summary>
    public SchemaNode? Additional { get; init; }

    public SchemaNode? Names { get; init; }

    public ImmutableArray<string> Required { get; init; } = [];

    public SizeRule Size { get; init; } = SizeRule.Any;

    public ImmutableArray<KeyValuePair<string, ImmutableArray<string>>> DependentRequired { get; init; } = [];

    public ImmutableArray<KeyValuePair<string, SchemaNode>> DependentSchemas { get; init; } = [];
}

internal sealed record ArrayRules
{
    /// <summary>For the first elements, one each.</summary>
    public ImmutableArray<SchemaNode> Prefix { get; init; } = [];

    /// <summary>For the elements after <see cref="Prefix"/>; null: anything.</summary>
    public SchemaNode? Items { get; init; }

    public SchemaNode? Contains { get; init; }

    public SizeRule Matches { get; init; } = new(1, null);

    public SizeRule Size { get; init; } = SizeRule.Any;

    public bool Unique { get; init; }
}
