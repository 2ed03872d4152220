using System.Text;
using PlaybookOperator.Core.Data;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates;

/// <summary>One template against one JSON context, answered as JSON: what <c>playbook eval</c> prints.</summary>
public static class TemplateEvaluation
{
    /// <summary>
    /// Evaluates <paramref name="template"/> with the members of <paramref name="context"/> as variables.
    /// Gives <c>{"value": …}</c>, or <c>{"error": …, "line": …, "column": …, "kind": …}</c>; never throws for any input.
    /// </summary>
    public static string Answer(string template, Value context, EvaluationContext evaluation)
    {
        TemplateError? error;
        if (Template.TryParse(template, evaluation.Options, out var parsed, out error)
            && parsed.TryEvaluate(Variables.FromMembers(context), evaluation, out var value, out error))
        {
            return $"{{\"value\":{value.ToJson()}}}";
        }

        return Error(error.Message, error);
    }

    /// <summary>
    /// The same for one line <c>{"template": …, "context": {…}}</c>; where the line brings no context, <paramref name="context"/> serves.
    /// </summary>
    public static string AnswerLine(string line, Value context, EvaluationContext evaluation)
    {
        // The line is one level around the context.
        if (!Value.TryRead(Encoding.UTF8.GetBytes(line), "", out var request, out var problem, DataLimits.MaxDepth + 1))
        {
            return Refuse(problem.Tell("the line").TrimEnd('.'));
        }

        if (!request.GetMember("template").TryGetString(out var template))
        {
            return Refuse("the line has no string 'template'");
        }

        var own = request.GetMember("context");
        return own.Kind switch
        {
            ValueKind.Undefined => Answer(template, context, evaluation),
            ValueKind.Map or ValueKind.Null => Answer(template, own, evaluation),
            _ => Refuse($"'context' is a map, found {Phrase.A(own)}"),
        };
    }

    /// <summary><c>{"error": …}</c> for what never became an evaluation.</summary>
    public static string Refuse(string message) => Error(message, error: null);

    private static string Error(string message, TemplateError? error)
    {
        var members = new List<KeyValuePair<string, Value>> { KeyValuePair.Create("error", Value.From(message)) };
        if (error is not null)
        {
            members.Add(KeyValuePair.Create("line", Value.From(error.Line)));
            members.Add(KeyValuePair.Create("column", Value.From(error.Column)));
            members.Add(KeyValuePair.Create("kind", Value.From(error.Kind.ToString())));
        }

        return Value.Map(members).ToJson();
    }
}
