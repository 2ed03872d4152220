using System.Collections.Immutable;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>
/// A JSON value of a playbook whose strings may be templates, parsed once. Immutable and thread-safe.
/// </summary>
public abstract record TemplateNode
{
    private TemplateNode()
    {
    }

    /// <summary>JSON null.</summary>
    public static TemplateNode Null { get; } = new Constant(Value.Null);

    /// <summary>Every name that some template below reads, with the static path after it.</summary>
    public abstract IEnumerable<TemplateReference> References { get; }

    /// <summary>Renders everything below. False at the first template that fails, with its error.</summary>
    /// <param name="keepsLazy">
    /// Where a template stands, a lazy range of any length may stand in the value: for who reads it element by element. Whoever writes the value out must
    /// not ask for that.
    /// </param>
    public abstract bool TryRender(IVariables variables, EvaluationContext context, out Value value, out TemplateError? error, bool keepsLazy = false);

    /// <summary>A value without templates.</summary>
    public sealed record Constant(Value Value) : TemplateNode
    {
        public override IEnumerable<TemplateReference> References => [];

        public override bool TryRender(IVariables variables, EvaluationContext context, out Value value, out TemplateError? error, bool keepsLazy = false)
        {
            value = Value;
            error = null;
            return true;
        }
    }

    /// <summary>A string with a template in it.</summary>
    public sealed record Expression(Template Template) : TemplateNode
    {
        public override IEnumerable<TemplateReference> References => Template.References;

        public override bool TryRender(IVariables variables, EvaluationContext context, out Value value, out TemplateError? error, bool keepsLazy = false) =>
            Template.TryEvaluate(variables, context, out value, out error, keepsLazy);
    }

    public sealed record Sequence(ImmutableArray<TemplateNode> Items) : TemplateNode
    {
        public override IEnumerable<TemplateReference> References => Items.SelectMany(item => item.References);

        public override bool TryRender(IVariables variables, EvaluationContext context, out Value value, out TemplateError? error, bool keepsLazy = false)
        {
            var rendered = new Value[Items.Length];
            for (var i = 0; i < rendered.Length; i++)
            {
                if (Items[i].TryRender(variables, context, out rendered[i], out error, keepsLazy)) continue;
                value = Value.Undefined;
                return false;
            }

            value = Value.List(rendered);
            error = null;
            return true;
        }
    }

    /// <summary>Members in the order of the document.</summary>
    public sealed record Mapping(ImmutableArray<KeyValuePair<string, TemplateNode>> Members) : TemplateNode
    {
        public override IEnumerable<TemplateReference> References => Members.SelectMany(member => member.Value.References);

        public TemplateNode? this[string key]
        {
            get
            {
                foreach (var (name, node) in Members)
                    if (name == key) return node;
                return null;
            }
        }

        public override bool TryRender(IVariables variables, EvaluationContext context, out Value value, out TemplateError? error, bool keepsLazy = false)
        {
            var rendered = new KeyValuePair<string, Value>[Members.Length];
            for (var i = 0; i < rendered.Length; i++)
            {
                if (Members[i].Value.TryRender(variables, context, out var member, out error, keepsLazy))
                {
                    rendered[i] = KeyValuePair.Create(Members[i].Key, member);
                    continue;
                }

                value = Value.Undefined;
                return false;
            }

            value = Value.Map(rendered);
            error = null;
            return true;
        }
    }
}
