using System.CommandLine;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Cli;
using PlaybookOperator.Cli.Replaying;
using PlaybookOperator.Cli.Running;
using PlaybookOperator.Fuzz.Mutation;

namespace PlaybookOperator.Fuzz.Targets;

/// <summary>
/// <c>playbook run --timeout 1s</c>: ends soon after, whatever the playbook says, with one of the promised exit codes, and its log obeys the laws that
/// <c>playbook replay</c> checks.
/// </summary>
internal sealed class RunTarget : IFuzzTarget
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fuzz-run-");

    public string Generate(Random random, Corpus corpus) => PlaybookMutations.Harmless(random, corpus);

    public async Task<string?> TryAsync(string input)
    {
        var file = Path.Combine(_folder.FullName, "playbook.yaml");
        var events = Path.Combine(_folder.FullName, "events.ndjson");
        File.Delete(events);
        await File.WriteAllTextAsync(file, input);
        using var output = new MemoryStream();
        using var text = new StringWriter();
        using var errors = new StringWriter();
        var terminal = new Terminal(output, text, TextWriter.Synchronized(errors), Draws: false);
        var run = InvokeAsync(RunCommand.Create(terminal), ["run", file, "--timeout", "1s", "--output", "json", "--events", events]);
        if (await Task.WhenAny(run, Task.Delay(s_patience, TimeProvider.System)) != run) return $"no end: {s_patience.TotalSeconds} s after --timeout 1s the run goes on";
        var code = await run;
        if (code is < 0 or > 3) return $"exit: the code is {code}\n{errors}";
        if (code == ExitCodes.Wrong) return null;
        var printed = Encoding.UTF8.GetString(output.ToArray());
        if (JsonElement.Parse(printed).GetProperty("status").GetString() is not ("COMPLETED" or "FAILED" or "CANCELLED")) return $"summary: no end is told\n{printed}";
        var laws = await InvokeAsync(ReplayCommand.Create(), ["replay", events]);
        return laws == ExitCodes.Completed ? null : $"laws: replay answers {laws}";
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<int> InvokeAsync(Command command, string[] arguments)
    {
        try
        {
            return await new RootCommand { command }.Parse(arguments).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (UsageException)
        {
            return ExitCodes.Wrong;
        }
    }
}
