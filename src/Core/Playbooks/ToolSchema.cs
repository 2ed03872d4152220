namespace PlaybookOperator.Core.Playbooks;

/// <summary>The keys of a tool or sink, as the compiler knows them.</summary>
/// <param name="Kind">The tool's name.</param>
public sealed record ToolSchema(string Kind, IReadOnlyList<ToolKey> Keys);

/// <summary>A key of a tool.</summary>
/// <param name="Names">In camelCase, the canonical one first.</param>
/// <param name="Shape">What it may be.</param>
public sealed record ToolKey(string[] Names, SettingShape Shape)
{
    /// <summary>Without it the tool cannot run.</summary>
    public bool IsRequired { get; init; }

    /// <summary>What is missing when it is; null: the name says it.</summary>
    public string? Meaning { get; init; }

    public string Name => Names[0];
}
