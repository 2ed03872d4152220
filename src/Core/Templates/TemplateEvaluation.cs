using System.Text.Json;

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

    /// <summary>The same for one line <c>{"template": …, "context": {…}}</c>; the context may be left out.</summary>
    public static string AnswerLine(string line, EvaluationContext evaluation)
    {
        Value request;
        try
        {
            request = Value.Parse(line);
        }
        catch (JsonException failure)
        {
            return Error($"the line is not JSON: byte {failure.BytePositionInLine}", error: null);
        }

        if (!request.GetMember("template").TryGetString(out var template))
        {
            return Error("the line has no string 'template'", error: null);
        }

        var context = request.GetMember("context");
        return context.Kind is ValueKind.Map or ValueKind.Undefined or ValueKind.Null
            ? Answer(template, context, evaluation)
            : Error($"'context' is a map, found a {context.TypeName}", error: null);
    }

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
