using System.Text;

namespace PlaybookOperator.Fuzz.Mutation;

#pragma warning disable CA5394 // The same seed must make the same input.

/// <summary>Makes templates that are mostly well formed.</summary>
internal static class TemplateGrammar
{
    private const int MaxDepth = 5;

    private static readonly string[] s_names = ["workload", "item", "loop", "result", "x", "list", "map", "text", "number", "missing", "error", "response", "range(10)", "range(10**12)"];
    private static readonly string[] s_members = ["a", "b", "index", "data", "items", "keys", "length", "size", "first", "message", "n"];

    private static readonly string[] s_filters =
    [
        "length", "upper", "lower", "list", "sort", "unique", "join(',')", "tojson", "default(1)", "first", "last", "reverse", "sum", "min", "max", "round(2)", "int", "float", "string",
        "replace('a','b')", "replace('','x')", "split(',')", "batch(2)", "slice(3)", "map('upper')", "map(attribute='a')", "selectattr('a')", "rejectattr('a')", "groupby('a')", "dictsort",
        "items", "indent(4)", "wordwrap(5)", "center(40)", "truncate(5)", "urlencode", "b64encode", "b64decode", "format(1)", "abs", "xmlattr", "striptags", "title", "trim", "wordcount",
        "filesizeformat", "pprint", "attr('a')", "random", "select", "reject", "escape", "count",
    ];

    private static readonly string[] s_operators = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"];
    private static readonly string[] s_tests = ["defined", "undefined", "none", "number", "string", "mapping", "iterable", "even", "odd", "divisibleby(3)", "sameas(none)", "true"];

    public static string Generate(Random random)
    {
        var text = new StringBuilder();
        for (var part = random.Next(1, 4); part > 0; part--)
        {
            _ = random.Next(7) switch
            {
                0 => text.Append("text "),
                1 => text.Append("{% if ").Append(Expression(random, 2)).Append(" %}a{% elif ").Append(Expression(random, 3)).Append(" %}b{% else %}c{% endif %}"),
                2 => text.Append("{% for i in ").Append(Expression(random, 2)).Append(" %}{{ i }}{{ ").Append(Expression(random, 3)).Append(" }}{% else %}none{% endfor %}"),
                3 => text.Append("{% set y = ").Append(Expression(random, 1)).Append(" %}{{ y }}"),
                _ => text.Append("{{ ").Append(Expression(random, 0)).Append(" }}"),
            };
        }

        return random.Next(5) == 0 ? TextMutator.Mutate(text.ToString(), random) : text.ToString();
    }

    private static string Expression(Random random, int depth)
    {
        if (depth >= MaxDepth) return Atom(random);
        string Inner() => Expression(random, depth + 1);
        return random.Next(12) switch
        {
            0 => $"{Inner()} {Pick(s_operators, random)} {Inner()}",
            1 => $"({Inner()})",
            2 or 3 => $"{Inner()} | {Pick(s_filters, random)}",
            4 => $"{Inner()} is {(random.Next(2) == 0 ? "not " : "")}{Pick(s_tests, random)}",
            5 => $"{Inner()} if {Inner()} else {Inner()}",
            6 => $"[{Inner()}, {Inner()}]",
            7 => $"{{'a': {Inner()}, 'b': {Inner()}}}",
            8 => $"{Inner()}[{Inner()}]",
            9 => $"{Inner()}[{Number(random)}:{Number(random)}{(random.Next(2) == 0 ? "" : $":{Number(random)}")}]",
            10 => $"not {Inner()}",
            _ => Atom(random),
        };
    }

    private static string Atom(Random random) => random.Next(8) switch
    {
        0 => Number(random),
        1 => "'text'",
        2 => "\"\"",
        3 => "none",
        4 => "true",
        5 => $"{Pick(s_names, random)}.{Pick(s_members, random)}",
        6 => $"range({Number(random)}, {Number(random)})",
        _ => Pick(s_names, random),
    };

    private static string Number(Random random) => random.Next(9) switch
    {
        0 => "0",
        1 => "-1",
        2 => "2.5",
        3 => "10**9",
        4 => "9223372036854775807",
        5 => "12345678901234567890123456789",
        6 => "1e308",
        _ => random.Next(100).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private static string Pick(string[] from, Random random) => from[random.Next(from.Length)];
}
