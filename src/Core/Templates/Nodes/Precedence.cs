namespace PlaybookOperator.Core.Templates.Nodes;

/// <summary>Levels of the grammar, loosest first.</summary>
internal static class Precedence
{
    public const int Conditional = 0;
    public const int Or = 1;
    public const int And = 2;
    public const int Not = 3;
    public const int Comparison = 4;
    public const int Sum = 5;
    public const int Concatenation = 6;
    public const int Product = 7;
    public const int Power = 8;
    public const int Sign = 9;
    public const int Filter = 10;
    public const int Postfix = 11;
    public const int Primary = 12;
}
