using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json;
using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Cli.Running;
using PlaybookOperator.Kubernetes.Configuration;

namespace PlaybookOperator.Cli.Replaying;

/// <summary><c>playbook replay EVENTS.ndjson</c>: folds a log to its state and checks the laws of the event log. 0 fine, 1 violated, 2 unreadable.</summary>
internal static class ReplayCommand
{
    /// <summary>Characters of one line; a result inside an event is far smaller.</summary>
    private const int MaxLine = 16 << 20;

    private const long MaxBytes = 100L << 30;

    public static Command Create()
    {
        var file = new Argument<string>("EVENTS") { Description = "A log as run --events writes it: one JSON object a line." };
        var output = new Option<string>("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Command("replay", "Fold a log to its state and check its laws.") { file, output };
        command.SetAction((parsed, cancellationToken) => ReplayAsync(parsed.GetValue(file)!, parsed.GetValue(output) == "json", cancellationToken));
        return command;
    }

    private static async Task<int> ReplayAsync(string file, bool asJson, CancellationToken cancellationToken)
    {
        var violations = new List<Violation>();
        var executions = new Dictionary<string, ReplayedExecution>(StringComparer.Ordinal);
        ReplayedExecution? last = null;
        await foreach (var (number, logged) in ReadAsync(file, cancellationToken))
        {
            if (logged is null)
            {
                last?.CutOff(number);
                break;
            }

            if (!executions.TryGetValue(logged.ExecutionId, out var execution))
                executions[logged.ExecutionId] = execution = new ReplayedExecution(logged.ExecutionId, logged.ParentId, violations, keepResults: asJson);
            execution.Apply(logged);
            last = execution;
        }

        if (executions.Count == 0) throw new UsageException($"{file}: the file holds no event.");
        foreach (var execution in executions.Values) execution.End();
        violations.Sort(static (left, right) => left.Line.CompareTo(right.Line));
        if (asJson) await WriteJsonAsync(executions, violations, cancellationToken);
        else await WriteTextAsync(file, executions, violations);
        return violations.Count == 0 ? ExitCodes.Completed : ExitCodes.Failed;
    }

    /// <summary>The events by line; null at last for a last line that ends in the middle.</summary>
    private static async IAsyncEnumerable<(int Line, LoggedEvent? Event)> ReadAsync(string file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = Open(file);
        (int Line, string Problem)? cut = null;
        for (var number = 1; await reader.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (line.Length > MaxLine) throw new UsageException($"{file}:{number}: the line has {line.Length} characters; at most {MaxLine} are taken.");
            if (cut is { } inside) throw new UsageException($"{file}:{inside.Line}: {inside.Problem}");
            if (LoggedEvent.Read(number, line, out var problem) is { } logged) yield return (number, logged);
            else if (LoggedEvent.IsCutOff(line)) cut = (number, problem!);
            else throw new UsageException($"{file}:{number}: {problem}");
        }

        if (cut is { } end) yield return (end.Line, null);
    }

    private static StreamReader Open(string file)
    {
        try
        {
            return new StreamReader(RegularFile.Open(file, MaxBytes));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw PlaybookFile.UnreadableFile(file, unreadable);
        }
    }

    /// <summary>The execution that nothing in the file is above of; children stand between its lines.</summary>
    private static ReplayedExecution Root(Dictionary<string, ReplayedExecution> executions) =>
        executions.Values.FirstOrDefault(execution => execution.ParentId is not { } parent || !executions.ContainsKey(parent)) ?? executions.Values.First();

    private static async Task WriteTextAsync(string file, Dictionary<string, ReplayedExecution> executions, List<Violation> violations)
    {
        var root = Root(executions);
        foreach (var child in executions.Values.Where(execution => execution != root)) await RunSummary.WriteTextAsync(Console.Out, child.View());
        await RunSummary.WriteTextAsync(Console.Out, root.View());
        foreach (var violation in violations) await Console.Out.WriteLineAsync($"{file}:{violation.Line}: {violation.Message}");
    }

    private static async Task WriteJsonAsync(Dictionary<string, ReplayedExecution> executions, List<Violation> violations, CancellationToken cancellationToken)
    {
        await using var stream = new StandardOutput();
        await using var writer = new Utf8JsonWriter(stream, JsonOutput.Indented);
        writer.WriteStartObject();
        await RunSummary.WriteMembersAsync(writer, Root(executions).View());
        writer.WriteStartArray("violations");
        foreach (var violation in violations)
        {
            writer.WriteStartObject();
            writer.WriteNumber("line", violation.Line);
            writer.WriteString("execution_id", violation.ExecutionId);
            writer.WriteString("message", violation.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken);
        stream.WriteByte((byte)'\n');
    }
}
