using PlaybookOperator.Core.Templates.Evaluation;
using PlaybookOperator.Core.Templates.Nodes;

namespace PlaybookOperator.Core.Templates.Syntax;

/// <summary>Recursive descent over the tokens of one template. Its parts: expressions, primaries, statements and Liquid's tags.</summary>
internal sealed partial class Parser(List<Token> tokens, TemplateOptions options)
{
    private readonly List<NameExpression> _names = [];
    private readonly HashSet<string> _bound = new(StringComparer.Ordinal);
    private int _place;
    private int _depth;

    private Token Current => tokens[_place];

    /// <summary>A single expression up to the end of the tokens.</summary>
    public Expression WholeExpression()
    {
        var expression = TupleOrExpression();
        return Current.Kind == TokenKind.End ? expression : throw Unexpected("the end of the expression");
    }

    private Token Take()
    {
        var token = tokens[_place];
        if (token.Kind != TokenKind.End)
        {
            _place++;
        }

        return token;
    }

    private bool TryTake(string symbol)
    {
        var found = Current.Is(symbol);
        _place += found ? 1 : 0;
        return found;
    }

    private bool TryTakeName(string name)
    {
        var found = Current.IsName(name);
        _place += found ? 1 : 0;
        return found;
    }

    private void Expect(string symbol)
    {
        if (!TryTake(symbol))
        {
            throw Unexpected($"'{symbol}'");
        }
    }

    private string ExpectName(string what)
    {
        if (Current.Kind != TokenKind.Name)
        {
            throw Unexpected(what);
        }

        return Take().Text;
    }

    private void Expect(TokenKind kind, string what)
    {
        if (Current.Kind != kind)
        {
            throw Unexpected(what);
        }

        Take();
    }

    private TemplateFault Unexpected(string expected) =>
        new(TemplateErrorKind.Syntax, $"expected {expected}, found {Current.Description}", Current.Position);

    private void Enter()
    {
        if (++_depth > options.MaxDepth)
        {
            throw new TemplateFault(TemplateErrorKind.TooDeep, $"nested deeper than {options.MaxDepth}", Current.Position);
        }
    }

    private void Leave() => _depth--;
}
