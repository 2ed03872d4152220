namespace PlaybookOperator.Core.Templates;

/// <summary>Why a template could not be parsed or evaluated.</summary>
public enum TemplateErrorKind
{
    /// <summary>The text is not a template.</summary>
    Syntax,
    /// <summary>A filter, test, function or method that does not exist, or arguments that it does not take.</summary>
    UnknownOperation,
    /// <summary>A name or member that does not exist was printed, or ended up inside a result.</summary>
    UnknownName,
    /// <summary>An attribute, arithmetic, an order or a conversion was asked of something undefined.</summary>
    UndefinedOperation,
    /// <summary>An operation met a type or a value that it cannot work on.</summary>
    Type,
    /// <summary>Division by zero, or a number beyond its range.</summary>
    Arithmetic,
    /// <summary>The source is longer than <see cref="TemplateOptions.MaxSourceLength"/>.</summary>
    SourceTooLong,
    /// <summary>Nested deeper than <see cref="TemplateOptions.MaxDepth"/>.</summary>
    TooDeep,
    /// <summary>More work than <see cref="TemplateOptions.MaxSteps"/>.</summary>
    TooManySteps,
    /// <summary>More text than <see cref="TemplateOptions.MaxOutputLength"/>.</summary>
    OutputTooLong,
    /// <summary>A list or map larger than <see cref="TemplateOptions.MaxCollectionSize"/>.</summary>
    CollectionTooLarge,
    /// <summary>Longer than <see cref="TemplateOptions.MaxDuration"/>.</summary>
    TimedOut,
}

/// <summary>One error of a template.</summary>
/// <param name="Message">One sentence: what was found and, where there is one, the nearest known name.</param>
/// <param name="Template">The template's source, cut to 200 characters.</param>
/// <param name="Line">1-based line in the source.</param>
/// <param name="Column">1-based column in UTF-16 units.</param>
/// <param name="Kind">The class of the error, for counting and for deciding.</param>
public sealed record TemplateError(string Message, string Template, int Line, int Column, TemplateErrorKind Kind)
{
    /// <summary>One sentence on one line.</summary>
    public override string ToString() =>
        $"{Message} (line {Line}, column {Column} of \"{Template.ReplaceLineEndings("\\n")}\")";

    internal static TemplateError At(string message, string source, int position, TemplateErrorKind kind)
    {
        var before = source.AsSpan(0, Math.Clamp(position, 0, source.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        var excerpt = source.Length <= 200 ? source : string.Concat(source.AsSpan(0, 200), "…");
        return new TemplateError(message, excerpt, line, column, kind);
    }
}
