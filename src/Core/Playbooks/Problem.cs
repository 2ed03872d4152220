namespace PlaybookOperator.Core.Playbooks;

public enum ProblemSeverity
{
    /// <summary>The playbook cannot run.</summary>
    Error,

    /// <summary>It can run, but probably does not say what was meant.</summary>
    Warning,
}

/// <summary>Something wrong in a document, said so that its author can mend it.</summary>
/// <param name="Field">Path from the spec, such as <c>workflow[1].loop.mode</c>, in the spelling of the document.</param>
/// <param name="Message">One sentence: what was found, and what would be right.</param>
public sealed record Problem(ProblemSeverity Severity, string Field, string Message)
{
    /// <summary>Line and column, from 1, inside a template in that field; null when the field as a whole is meant.</summary>
    public (int Line, int Column)? TemplatePosition { get; init; }

    /// <summary>What stands there has no meaning that could be run. Other errors say only that it is not allowed so.</summary>
    public bool IsUnreadable => Severity == ProblemSeverity.Error && TemplatePosition is not null;

    /// <summary>As the linter and the Ready condition print it.</summary>
    public override string ToString() => $"{Field}: {(Severity == ProblemSeverity.Warning ? "warning: " : "")}{Message}";
}
