using System.Collections.Immutable;
using System.Globalization;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Running;

/// <summary>
/// The numbers that a loop's <c>aggregate</c> makes of one result. Null does not count; a text that is a number is one, since many APIs send
/// numbers so. Anything else fails the iteration: what cannot be summed up must not be missing silently.
/// </summary>
internal static class AggregateNumbers
{
    /// <param name="aggregates">Rendered over <c>result</c>.</param>
    /// <param name="scope">Has the result bound.</param>
    public static (double?[] Numbers, WorkError? Error) Of(ImmutableArray<AggregatePlan> aggregates, RunScope scope)
    {
        var numbers = new double?[aggregates.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!aggregates[i].Number.TryRender(scope.Variables, scope.Templates, out var value, out var wrong)) return (numbers, CallErrors.Template(wrong!));
            var isRead = TryRead(value, out var number);
            // A number that is a secret must not leave, not even as one of a sum.
            if (value.Kind != ValueKind.Null && (scope.Secrets.Mask.TellsNumber(value) || (number is { } found && scope.Secrets.Mask.TellsNumber(Value.From(found)))))
            {
                scope.Warn();
                continue;
            }

            if (!isRead) return (numbers, Refuse(aggregates[i].Name, value));
            numbers[i] = number;
        }

        return (numbers, null);
    }

    private static bool TryRead(Value value, out double? number)
    {
        number = null;
        if (value.Kind == ValueKind.Null) return true;
        var found = 0.0;
        if (value.Kind == ValueKind.Boolean || !(value.TryGetFloat(out found) || (value.TryGetString(out var text) && TryParse(text, out found)))) return false;
        number = found;
        return Math.Abs(found) <= WorkLimits.MaxNumber;
    }

    private static bool TryParse(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static WorkError Refuse(string name, Value value) => new(
        WorkErrorKind.Template,
        string.Create(CultureInfo.InvariantCulture, $"loop.aggregate.{name} must give a number up to ±{WorkLimits.MaxNumber:0e0}, or null, not {value.TypeName}{Shown(value)}."));

    private static string Shown(Value value)
    {
        const int Shown = 60;
        if (value.Kind is not (ValueKind.String or ValueKind.Integer or ValueKind.Float or ValueKind.Boolean)) return "";
        var text = value.ToText();
        return $" {(text.Length > Shown ? string.Concat(text.AsSpan(0, Shown), "…") : text)}";
    }
}
