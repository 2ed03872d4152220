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

    public TemplateErrorKind Kind { get; }

    public int Position { get; }
}
