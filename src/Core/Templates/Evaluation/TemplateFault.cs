namespace PlaybookOperator.Core.Templates.Evaluation;

/// <summary>Ends one parse or evaluation; turned into a <see cref="TemplateError"/> at its edge and never seen outside.</summary>
internal sealed class TemplateFault : Exception
{
    /// <summary>A fault at a known position, or, with -1, at the operation the frame is in.</summary>
    public TemplateFault(TemplateErrorKind kind, string message, int position = -1)
        : base(message)
    {
        Kind = kind;
        Position = position;
    }

    /// <summary>An order or arithmetic met null: in a condition that is no error, as little as with something undefined.</summary>
    public bool IsOfNull { get; init; }

    public TemplateErrorKind Kind { get; }

    public int Position { get; }
}
