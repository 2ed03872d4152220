namespace PlaybookOperator.Core.Playbooks;

/// <summary>The keys of a tool, as the linter knows them.</summary>
/// <param name="Kind">The tool's name.</param>
/// <param name="Keys">Its keys in camelCase; a key with other names lists them after it: the first is canonical.</param>
/// <param name="Required">Canonical keys without which it cannot run.</param>
public sealed record ToolSchema(string Kind, string[][] Keys, string[] Required);
