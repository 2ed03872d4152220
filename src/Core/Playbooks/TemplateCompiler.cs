using System.Collections.Immutable;
using System.Text.Json;
using PlaybookOperator.Core.Templates;

namespace PlaybookOperator.Core.Playbooks;

/// <summary>A field of the document whose template reads names.</summary>
/// <param name="Template">Null: the names stand in the document without a template.</param>
internal sealed record TemplateSite(string Field, IReadOnlyList<TemplateReference> References, Template? Template = null);

/// <summary>Turns JSON into parsed templates, collecting every template that does not parse as a problem of its field.</summary>
/// <param name="tools">What the steps around the templates may name.</param>
/// <param name="cache">Parsed templates of the process; null: each is parsed here.</param>
internal sealed class TemplateCompiler(TemplateOptions options, List<Problem> problems, ToolSchemas tools, TemplateCache? cache = null)
{
    private readonly List<TemplateSite> _sites = [];

    public List<Problem> Problems => problems;

    public ToolSchemas Tools => tools;

    /// <summary>Whether what stands written out in settings is judged. A worker does not: it was judged before, and the call tells what it cannot use.</summary>
    public bool JudgesSettings { get; init; } = true;

    /// <summary>A setting of a tool or sink, judged by what its key may be.</summary>
    public TemplateNode Compile(JsonElement value, string field, SettingShape shape)
    {
        var node = Compile(value, field);
        if (JudgesSettings) shape.Check(node, field, problems);
        if (shape.SecretOf(node) is { } secret) _sites.Add(new TemplateSite(field, [new TemplateReference("secret", [secret])]));
        return node;
    }

    /// <summary>Where names were read since this was last asked, in the order of compilation.</summary>
    public IReadOnlyList<TemplateSite> TakeSites()
    {
        TemplateSite[] sites = [.. _sites];
        _sites.Clear();
        return sites;
    }

    /// <summary>Any JSON value; strings with blocks become expressions. A template that does not parse becomes null, and a problem.</summary>
    public TemplateNode Compile(JsonElement value, string field) => value.ValueKind switch
    {
        JsonValueKind.String => CompileText(value.GetString()!, field),
        JsonValueKind.Array => CompileList(value, field),
        JsonValueKind.Object => CompileMap(value, field),
        _ => new TemplateNode.Constant(Value.FromJson(value)),
    };

    public TemplateNode.Mapping CompileMap(JsonElement map, string field) =>
        new([.. map.EnumerateObject().Select(member =>
            KeyValuePair.Create(member.Name, Compile(member.Value, FieldReader.Join(field, member.Name))))]);

    /// <summary>A condition, bare or wrapped; JSON true and false are accepted too. Null and a problem when it does not parse.</summary>
    public Template? CompileCondition(JsonElement value, string field)
    {
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.True or JsonValueKind.False))
        {
            problems.Add(new Problem(ProblemSeverity.Error, field, $"must be a condition such as \"{{{{ result.ok }}}}\", not {FieldReader.Describe(value)}."));
            return null;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (!TryParseCondition(text, out var template, out var error))
        {
            Report(field, error!);
            return null;
        }

        Note(field, template!);
        return template;
    }

    /// <summary>The advice to put braces around a text that reads as the expression that was meant; empty when it does not.</summary>
    public string BracesFor(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString()! is var text
        && Template.TryParseCondition(text, options, out var template, out _) && (template.Path is not null || text.AsSpan().ContainsAny('(', '|'))
            ? $"; a template stands in braces: \"{{{{ {text.Trim()} }}}}\""
            : "";

    private TemplateNode CompileText(string text, string field)
    {
        // Nothing to parse, so nothing to keep: such texts would push templates out of the cache.
        if (text.Length <= options.MaxSourceLength && !Template.HasBlocks(text)) return new TemplateNode.Constant(Value.From(text));
        if (!TryParse(text, out var template, out var error))
        {
            Report(field, error!);
            return TemplateNode.Null;
        }

        Note(field, template!);
        return template!.IsConstant ? new TemplateNode.Constant(Value.From(text)) : new TemplateNode.Expression(template);
    }

    private void Note(string field, Template template)
    {
        if (template.References.Count > 0) _sites.Add(new TemplateSite(field, template.References, template));
    }

    private TemplateNode.Sequence CompileList(JsonElement list, string field)
    {
        var items = list.EnumerateArray().Select((item, index) => Compile(item, $"{field}[{index}]")).ToImmutableArray();
        return new TemplateNode.Sequence(items);
    }

    private bool TryParse(string text, out Template? template, out TemplateError? error) =>
        cache?.TryGet(text, options, out template, out error) ?? Template.TryParse(text, options, out template, out error);

    private bool TryParseCondition(string text, out Template? template, out TemplateError? error) =>
        cache?.TryGetCondition(text, options, out template, out error) ?? Template.TryParseCondition(text, options, out template, out error);

    private void Report(string field, TemplateError error) =>
        problems.Add(new Problem(ProblemSeverity.Error, field, $"template, line {error.Line}, column {error.Column}: {error.Message}")
        {
            TemplatePosition = (error.Line, error.Column),
        });
}
