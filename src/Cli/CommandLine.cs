using System.CommandLine;
using PlaybookOperator.Cli.Commands;
using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Cli.Running;
using PlaybookOperator.EventLog;

namespace PlaybookOperator.Cli;

/// <summary>The whole program, apart from the process it runs in.</summary>
internal static class CommandLine
{
    /// <summary>Returns the exit code. What goes wrong in an expected way is one sentence among the errors.</summary>
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal)
    {
        var root = new RootCommand("Runs and checks playbooks with long loops.")
        {
            RunCommand.Create(terminal),
            LintCommand.Create(),
            CrdsCommand.Create(),
        };
        try
        {
            var parsed = root.Parse(arguments);
            if (parsed.Errors.Count > 0)
            {
                foreach (var error in parsed.Errors) await terminal.Errors.WriteLineAsync($"playbook: {error.Message}");
                return ExitCodes.Wrong;
            }

            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (UsageException wrong)
        {
            await terminal.Errors.WriteLineAsync($"playbook: {wrong.Message}");
            return ExitCodes.Wrong;
        }
        catch (EventLogUnavailableException unavailable)
        {
            await terminal.Errors.WriteLineAsync($"playbook: {unavailable.Message}");
            return ExitCodes.Failed;
        }
    }
}
