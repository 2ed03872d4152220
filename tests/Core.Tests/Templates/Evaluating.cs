using Xunit;

using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Tests.Templates;

/// <summary>Short ways to evaluate in tests.</summary>
internal static class Evaluating
{
    public static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 30, 5, TimeSpan.Zero);

    public static EvaluationContext Context(TemplateOptions? options = null) => new() { Now = Now, Options = options ?? TemplateOptions.Default };

    /// <summary>The value, or "error Kind: message".</summary>
    public static string Json(string template, string context = "{}", TemplateOptions? options = null)
    {
        var evaluation = Context(options);
        if (!Template.TryParse(template, evaluation.Options, out var parsed, out var error)
            || !parsed.TryEvaluate(Variables.FromMembers(Value.Parse(context)), evaluation, out var value, out error))
        {
            return $"error {error.Kind}: {error.Message}";
        }

        return value.ToJson();
    }

    public static TemplateError Error(string template, string context = "{}", TemplateOptions? options = null)
    {
        var evaluation = Context(options);
        if (!Template.TryParse(template, evaluation.Options, out var parsed, out var error))
        {
            return error;
        }

        Assert.False(parsed.TryEvaluate(Variables.FromMembers(Value.Parse(context)), evaluation, out var value, out error), value.ToString());
        return error;
    }

    public static bool Test(string condition, string context = "{}") => Test(condition, context, out _);

    public static bool Test(string condition, string context, out EvaluationContext evaluation)
    {
        evaluation = Context();
        Assert.True(Template.TryParseCondition(condition, evaluation.Options, out var parsed, out var error), error?.ToString());
        Assert.True(parsed.TryTest(Variables.FromMembers(Value.Parse(context)), evaluation, out var result, out error), error?.ToString());
        return result;
    }

    public static Template Parse(string template)
    {
        Assert.True(Template.TryParse(template, TemplateOptions.Default, out var parsed, out var error), error?.ToString());
        return parsed;
    }
}
