using System.Diagnostics.CodeAnalysis;
using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Nodes;
using PlaybookOperator.Core.Templates.Syntax;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates;

/// <summary>
/// A parsed template: a text with blocks, exactly one <c>{{ … }}</c> (then its value keeps its type), or a condition.
/// Immutable; may be evaluated from several threads at once.
/// </summary>
public sealed class Template
{
    private const int LightWeight = 16;

    /// <summary>An exception takes some microseconds.</summary>
    private const int StepsOfFault = 200;

    private readonly string _source;
    private readonly Expression? _expression;
    private readonly Body? _body;
    private readonly bool _isCondition;

    /// <summary>Steps of evaluating it once, beside those of its operations and turns; of a small one they are not worth counting.</summary>
    private readonly long _weight;

    private Template(string source, Expression? expression, Body? body, bool isCondition = false)
    {
        _source = source;
        _expression = expression;
        _body = body;
        _isCondition = isCondition;
        var weight = expression?.Weight ?? body?.Weight ?? 0;
        _weight = weight > LightWeight ? weight : 0;
        var collector = new ReferenceCollector();
        expression?.Collect(collector);
        body?.Collect(collector);
        References = collector.References;
    }

    /// <summary>True when the text has no blocks at all: it is its own value.</summary>
    public bool IsConstant => _expression is null && _body is null;

    /// <summary>True when the value keeps its type; false when it is always a string.</summary>
    public bool IsTyped => _expression is not null;

    /// <summary>The path that the template is when it is nothing but one, such as <c>{{ workload.url }}</c>; null otherwise.</summary>
    public TemplateReference? Path => ReferencePath.Of(_expression);

    /// <summary>The outside names that the template reads, each once, in the order of their first appearance.</summary>
    public IReadOnlyList<TemplateReference> References { get; }

    /// <summary>Parses a text with blocks. False: <paramref name="error"/> says what and where.</summary>
    public static bool TryParse(
        string text,
        TemplateOptions options,
        [NotNullWhen(true)] out Template? template,
        [NotNullWhen(false)] out TemplateError? error) => TryParse(text, options, ParseText, out template, out error);

    /// <summary>Parses a condition: one expression, bare or wrapped in <c>{{ … }}</c>.</summary>
    public static bool TryParseCondition(
        string text,
        TemplateOptions options,
        [NotNullWhen(true)] out Template? template,
        [NotNullWhen(false)] out TemplateError? error) => TryParse(text, options, ParseCondition, out template, out error);

    /// <summary>
    /// The template's value. False: <paramref name="error"/> says what was found and where. A result never holds anything undefined.
    /// </summary>
    /// <param name="keepsLazy">
    /// The value may be a lazy range of any length: for who reads it element by element. Whoever writes the value out must not ask for that.
    /// </param>
    public bool TryEvaluate(
        IVariables variables, EvaluationContext context, out Value value, [NotNullWhen(false)] out TemplateError? error, bool keepsLazy = false)
    {
        if (IsConstant)
        {
            (value, error) = (Value.From(_source), null);
            return true;
        }

        var frame = context.Enter(variables);
        try
        {
            frame.Charge(_weight);
            value = _expression is null ? Value.From(_body!.Capture(frame)) : Typed(frame, keepsLazy);
            error = null;
            return true;
        }
        catch (TemplateFault fault)
        {
            context.Charge(StepsOfFault);
            (value, error) = (default, ErrorOf(fault, frame));
            return false;
        }
        finally
        {
            context.Leave(frame);
        }
    }

    /// <summary>
    /// The template as a condition: whether its value is truthy. What is undefined is false, and so is a whole condition that asks for
    /// an attribute, arithmetic or an order of something undefined, or arithmetic or an order of null (counted in the context). Other errors are errors.
    /// </summary>
    public bool TryTest(IVariables variables, EvaluationContext context, out bool result, [NotNullWhen(false)] out TemplateError? error)
    {
        (result, error) = (false, null);
        if (_expression is null)
        {
            var isEvaluated = TryEvaluate(variables, context, out var text, out error);
            result = isEvaluated && text.IsTruthy;
            return isEvaluated;
        }

        var frame = context.Enter(variables);
        try
        {
            frame.Charge(_weight);
            var value = _expression.Evaluate(frame);
            result = value.IsTruthy;
            if (value.IsFailed)
            {
                context.CountUndefinedCondition();
            }

            return true;
        }
        catch (TemplateFault fault) when (fault.IsOfNull || fault.Kind is TemplateErrorKind.UndefinedOperation or TemplateErrorKind.UnknownName)
        {
            context.Charge(StepsOfFault);
            context.CountUndefinedCondition();
            return true;
        }
        catch (TemplateFault fault)
        {
            context.Charge(StepsOfFault);
            error = ErrorOf(fault, frame);
            return false;
        }
        finally
        {
            context.Leave(frame);
        }
    }

    /// <summary>The template in canonical spelling. Parsing that and printing it again gives the same text.</summary>
    public string Print()
    {
        if (IsConstant)
        {
            return _source;
        }

        var printer = new Printer();
        if (_body is not null)
        {
            _body.Print(printer);

            // Reading drops one newline at the very end.
            var text = printer.ToString();
            return text.EndsWith('\n') ? text + "\n" : text;
        }

        var expression = printer.Operand(_expression!, Precedence.Conditional - 1).ToString();
        return _isCondition ? expression : $"{{{{ {expression} }}}}";
    }

    private Value Typed(Frame frame, bool keepsLazy)
    {
        var value = frame.Demand(_expression!);
        frame.Position = _expression!.Position;
        return value.AsString is null ? ResultSize.Check(value, frame, keepsLazy) : value;
    }

    private TemplateError ErrorOf(TemplateFault fault, Frame? frame) =>
        TemplateError.At(fault.Message, _source, fault.Position >= 0 ? fault.Position : frame?.Position ?? 0, fault.Kind);

    private static bool TryParse(
        string text,
        TemplateOptions options,
        Func<string, TemplateOptions, Template> parse,
        [NotNullWhen(true)] out Template? template,
        [NotNullWhen(false)] out TemplateError? error)
    {
        var source = text;
        try
        {
            if (text.Length > options.MaxSourceLength)
            {
                throw new TemplateFault(
                    TemplateErrorKind.SourceTooLong, $"{text.Length} characters, at most {options.MaxSourceLength} are allowed", 0);
            }

            (template, error) = (parse(source, options), null);
            return true;
        }
        catch (TemplateFault fault)
        {
            (template, error) = (null, TemplateError.At(fault.Message, source, Math.Max(fault.Position, 0), fault.Kind));
            return false;
        }
    }

    /// <summary>False: the text is its own value, and there is nothing to parse.</summary>
    public static bool HasBlocks(string text) => text.Contains("{{", StringComparison.Ordinal)
        || text.Contains("{%", StringComparison.Ordinal) || text.Contains("{#", StringComparison.Ordinal);

    private static Template ParseText(string text, TemplateOptions options)
    {
        if (!HasBlocks(text))
        {
            return new Template(text, expression: null, body: null);
        }

        var source = text.Contains('\r', StringComparison.Ordinal)
            ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
            : text;
        var statements = new Parser(new Lexer(source).Template(), options).WholeText();
        var outputs = statements.Where(statement => statement is not TextStatement { Text: var part }
            || !string.IsNullOrWhiteSpace(part)).ToArray();
        return outputs is [OutputStatement output] && source.AsSpan().Trim().StartsWith("{{")
            ? new Template(source, output.Expression, body: null)
            : new Template(source, expression: null, new Body(statements));
    }

    private static Template ParseCondition(string text, TemplateOptions options)
    {
        if (!text.AsSpan().TrimStart().StartsWith("{{"))
        {
            return new Template(text, new Parser(new Lexer(text).Expression(), options).WholeExpression(), body: null, isCondition: true);
        }

        var template = ParseText(text, options);
        return template._expression is { } expression
            ? new Template(template._source, expression, body: null, isCondition: true)
            : throw new TemplateFault(TemplateErrorKind.Syntax, "a condition is one expression; found text beside '{{ … }}'", 0);
    }
}
