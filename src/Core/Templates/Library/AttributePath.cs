using System.Globalization;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Library;

/// <summary>The <c>attribute</c> of filters: a dotted path, or an index, read from each element.</summary>
internal sealed class AttributePath
{
    /// <summary>Characters of a path, at most.</summary>
    public const int MaxLength = 10_000;

    private readonly Value[] _steps;
    private readonly Value _path;

    public AttributePath(Value path, Frame frame)
    {
        if (path.AsString is { Length: > MaxLength })
        {
            throw new TemplateFault(TemplateErrorKind.Type, $"an attribute has at most {MaxLength} characters");
        }

        frame.ChargeLetters(path.AsString?.Length ?? 0);
        _path = path;
        _steps = path.AsString is not { } text ? [path]
            : text.Contains('.', StringComparison.Ordinal) ? Array.ConvertAll(text.Split('.'), Step)
            : [Step(text)];
    }

    private static Value Step(string text) => text.Length is > 0 and < 10 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0
        ? Value.From(long.Parse(text, CultureInfo.InvariantCulture))
        : Value.From(text);

    /// <summary>The value at the path; <paramref name="otherwise"/> takes the place of anything undefined on the way.</summary>
    public Value Of(Value element, Frame frame, Value otherwise = default)
    {
        foreach (var step in _steps)
        {
            if (element.Kind == ValueKind.Undefined)
            {
                throw new TemplateFault(TemplateErrorKind.UndefinedOperation, $"'{_path.ToText()}' is undefined in an element");
            }

            frame.Charge(1);
            element = Members.At(element, step, frame);
            element = element.Kind == ValueKind.Undefined ? otherwise : element;
        }

        return element;
    }
}
