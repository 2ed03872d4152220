using System.CommandLine;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Cli;
using PlaybookOperator.Cli.Running;

namespace PlaybookOperator.Cases.Tests.Support;

/// <summary>
/// Runs playbooks as <c>playbook run FILE --output json</c> does, from the words of the command line to the printed object, inside this process: a new
/// process for each would take most of the time. Every run's log is checked against the laws that hold for all.
/// </summary>
internal static class Run
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs a workflow given as its list of steps, at the margin; <paramref name="spec"/> holds further keys of the spec.</summary>
    public static Task<Outcome> StepsAsync(string steps, string spec = "", params string[] arguments) => TextAsync($"""
        apiVersion: playbooks.dev/v1alpha1
        kind: Playbook
        metadata: {"{"}name: test{"}"}
        spec:
          {spec.ReplaceLineEndings("\n  ")}
          workflow:
          {steps.ReplaceLineEndings("\n  ")}

        """, arguments);

    /// <summary>Runs a whole document; <paramref name="arguments"/> follow <c>--output json</c>.</summary>
    public static async Task<Outcome> TextAsync(string document, params string[] arguments)
    {
        using var folder = new Folder();
        return await FileAsync(folder.Write("playbook.yaml", document), arguments);
    }

    public static async Task<Outcome> FileAsync(string file, params string[] arguments)
    {
        using var folder = new Folder();
        var log = folder.Path("events.ndjson");
        var outcome = await InvokeAsync(["run", file, "--output", "json", "--events", log, .. arguments]);
        if (!File.Exists(log)) return outcome;
        var lines = (await File.ReadAllLinesAsync(log)).Select(line => JsonElement.Parse(line)).ToList();
        // A run's file holds its children's logs too.
        var logs = lines.GroupBy(line => line.GetProperty("execution_id").GetString()).ToList();
        if (outcome.Output.Length == 0 || logs.Count == 0) return outcome;
        foreach (var one in logs) Laws.Check([.. one]);
        var whole = outcome with { Events = [.. logs.Single(one => one.Key == outcome.ExecutionId)] };
        Laws.CheckCounts(whole);
        return whole;
    }

    private static async Task<Outcome> InvokeAsync(params string[] arguments)
    {
        using var output = new MemoryStream();
        using var text = new StringWriter();
        using var errors = new StringWriter();
        var terminal = new Terminal(output, text, TextWriter.Synchronized(errors), Draws: false);
        var exitCode = await ExitAsync(RunCommand.Create(terminal), arguments, terminal.Errors).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        return new Outcome(exitCode, Encoding.UTF8.GetString(output.ToArray()) + text, errors.ToString(), []);
    }

    /// <summary>As the program does around every command.</summary>
    private static async Task<int> ExitAsync(Command command, string[] arguments, TextWriter errors)
    {
        try
        {
            var parsed = new RootCommand { command }.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            foreach (var error in parsed.Errors) await errors.WriteLineAsync(error.Message);
            if (parsed.Errors.Count > 0) return ExitCodes.Wrong;
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (UsageException wrong)
        {
            await errors.WriteLineAsync(wrong.Message);
            return ExitCodes.Wrong;
        }
    }
}
