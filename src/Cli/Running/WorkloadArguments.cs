using System.Text.Json;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Kubernetes.Configuration;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Cli.Running;

/// <summary>Builds the execution's workload from <c>--workload FILE</c> and <c>--set a.b=V</c>, merged deeply in that order.</summary>
internal static class WorkloadArguments
{
    /// <exception cref="UsageException">A file or an argument is wrong.</exception>
    public static JsonElement Build(string? file, IEnumerable<string> settings)
    {
        var workload = file is null ? [] : ReadFile(file);
        foreach (var setting in settings) Set(workload, setting);
        var merged = JsonElement.Parse(workload.ToJsonString(), DataLimits.Documents);
        // A dotted path of --set makes levels too.
        return DataLimits.Check(merged, "workload") is { } problem ? throw new UsageException(problem.ToString()) : merged;
    }

    /// <summary>Splits <c>NAME=VALUE</c>; only the value may hold further = signs.</summary>
    public static (string Name, string Value) Split(string argument, string option)
    {
        var at = argument.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0) throw new UsageException($"{option} must be NAME=VALUE, not '{argument}'.");
        return (argument[..at], argument[(at + 1)..]);
    }

    private static JsonObject ReadFile(string file)
    {
        try
        {
            var root = YamlDocument.Parse(RegularFile.ReadText(file, 4L * YamlDocument.MaxLength));
            return root.ValueKind == JsonValueKind.Object
                ? JsonData.ToNode(root)!.AsObject()
                : throw new UsageException($"{file}: the workload must be a map.");
        }
        catch (YamlException malformed)
        {
            throw new UsageException($"{file}:{malformed.Line}:{malformed.Column}: {malformed.Message}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw PlaybookFile.UnreadableFile(file, unreadable);
        }
    }

    private static void Set(JsonObject workload, string setting)
    {
        var (path, text) = Split(setting, "--set");
        var names = path.Split('.');
        if (names.Any(name => name.Length == 0)) throw new UsageException($"--set must be a dotted path like a.b=VALUE, not '{setting}'.");
        var owner = workload;
        foreach (var name in names[..^1])
        {
            if (owner[name] is not JsonObject inner) owner[name] = inner = [];
            owner = inner;
        }

        Merge(owner, names[^1], Read(path, text));
    }

    private static void Merge(JsonObject owner, string name, JsonNode? value)
    {
        if (owner[name] is JsonObject existing && value is JsonObject added)
        {
            foreach (var (member, inner) in added.ToList())
            {
                added.Remove(member);
                Merge(existing, member, inner);
            }
        }
        else
        {
            owner[name] = value;
        }
    }

    /// <summary>JSON where it is JSON, else the text itself.</summary>
    private static JsonNode? Read(string path, string text)
    {
        if (JsonData.TryRead(text, path, out var value, out var problem)) return JsonData.ToNode(value);
        return problem.Fault == DataFault.NotJson ? JsonValue.Create(text) : throw new UsageException($"--set {problem}");
    }
}
