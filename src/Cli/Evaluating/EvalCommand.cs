using System.CommandLine;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Cli.Evaluating;

/// <summary><c>playbook eval</c>: one template and its typed value as JSON, or a stream of them, a line in and a line out.</summary>
internal static class EvalCommand
{
    private static readonly TimeSpan s_maxDuration = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var context = new Option<string?>("--context") { Description = "A JSON or YAML file with the names that templates read." };
        var template = new Argument<string?>("TEMPLATE")
        {
            Description = "Without it, lines of {\"template\", \"context\"} are read from standard input.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("eval", "Evaluate templates: prints the typed value as JSON.") { context, template };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(template), parsed.GetValue(context), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? template, string? contextFile, CancellationToken cancellationToken)
    {
        var context = contextFile is null ? Value.Undefined : ContextFile.Read(contextFile);
        // Off the stack of who listens for signals: an evaluation may take seconds before it awaits anything.
        await Task.Yield();
        var evaluation = Evaluation(TimeProvider.System, cancellationToken);
        if (template is null)
        {
            await using var input = StandardInput.Open();
            await using var output = new StandardOutput();
            await EvalStream.AnswerAsync(input, output, context, evaluation, cancellationToken);
            return ExitCodes.Completed;
        }

        if (Template.TryParse(template, evaluation.Options, out var parsed, out var error)
            && parsed.TryEvaluate(Variables.FromMembers(context), evaluation, out var value, out error))
        {
            await Console.Out.WriteLineAsync(value.ToJson());
            return ExitCodes.Completed;
        }

        throw new UsageException(error.ToString());
    }

    /// <summary>The instant of the whole command is <c>now()</c>; each evaluation has its own time.</summary>
    private static EvaluationContext Evaluation(TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        return new EvaluationContext
        {
            Now = time.GetUtcNow(),
            Options = TemplateOptions.Default with { MaxDuration = s_maxDuration },
            Elapsed = () => time.GetElapsedTime(started),
            Stop = cancellationToken,
        };
    }
}
