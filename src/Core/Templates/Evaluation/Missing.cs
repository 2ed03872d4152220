using PlaybookOperator.Core.Templates.Nodes;
using PlaybookOperator.Core.Templates.Values;

namespace PlaybookOperator.Core.Templates.Evaluation;

/// <summary>An undefined value that remembers which expression gave it, for the message of a later error.</summary>
internal sealed class Missing(Expression expression) : Storage(ValueKind.Undefined)
{
    public Expression Expression { get; } = expression;
}
