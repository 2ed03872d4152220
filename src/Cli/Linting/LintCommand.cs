using System.CommandLine;
using System.Text.Json;

namespace PlaybookOperator.Cli.Linting;

/// <summary><c>playbook lint FILE…</c>: every problem with its place; exit code 2 when one of them is an error.</summary>
internal static class LintCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Playbook files.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Command("lint", "Say everything that is wrong with playbooks.") { files, output };
        command.SetAction(parsed => Lint(parsed.GetValue(files)!, parsed.GetValue(output) == "json"));
        return command;
    }

    private static int Lint(string[] files, bool asJson)
    {
        var problems = files.SelectMany(Problems).ToList();
        if (asJson) WriteJson(problems);
        else
            foreach (var problem in problems) Console.Out.WriteLine(problem);
        return problems.Any(problem => problem.IsError) ? ExitCodes.Wrong : ExitCodes.Completed;
    }

    /// <summary>A file that cannot be read is a problem of its own; the others are checked no less.</summary>
    private static IEnumerable<PlacedProblem> Problems(string file)
    {
        try
        {
            return PlaybookFile.ReadAll(file).SelectMany(playbook => playbook.Problems);
        }
        catch (UsageException unreadable)
        {
            var message = unreadable.Message.StartsWith($"{file}: ", StringComparison.Ordinal) ? unreadable.Message[(file.Length + 2)..] : unreadable.Message;
            return [new PlacedProblem(file, 1, 1, "", message, IsError: true)];
        }
    }

    private static void WriteJson(List<PlacedProblem> problems)
    {
        using (var writer = new Utf8JsonWriter(new StandardOutput(), JsonOutput.Indented))
        {
            writer.WriteStartArray();
            foreach (var problem in problems)
            {
                writer.WriteStartObject();
                writer.WriteString("file", problem.File);
                writer.WriteNumber("line", problem.Line);
                writer.WriteNumber("column", problem.Column);
                writer.WriteString("field", problem.Field);
                writer.WriteString("severity", problem.IsError ? "error" : "warning");
                writer.WriteString("message", problem.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        Console.Out.WriteLine();
    }
}
