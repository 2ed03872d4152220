using System.Text.Json;

namespace PlaybookOperator.Fuzz.Mutation;

#pragma warning disable CA5394 // The same seed must make the same input.

/// <summary>Values and words at the edges of what formats and tools take.</summary>
internal static class Edges
{
    /// <summary>JSON values.</summary>
    public static string Json(Random random) => random.Next(24) switch
    {
        0 => "null",
        1 => "true",
        2 => "0",
        3 => "-0",
        4 => "-1",
        5 => "1e400",
        6 => "1E-400",
        7 => "0.1",
        8 => "12345678901234567.89",
        9 => "9223372036854775807",
        10 => "9223372036854775808",
        11 => $"1{new string('0', random.Next(400))}",
        12 => "\"\"",
        13 => "\"\\ud83d\"",
        14 => "\"\\u0000\"",
        15 => "\"é\\ud83d\\ude00\\ufeff\"",
        16 => $"\"{new string('x', random.Next(5000))}\"",
        17 => "[]",
        18 => "{}",
        19 => "{\"\": null}",
        20 => Nested(random.Next(1, 130)),
        21 => "{\"a\": 1, \"a\": 2}",
        22 => JsonSerializer.Serialize(Template(random).Replace('\ud83d', 'x')),
        _ => "[1, \"2\", null, [3], {\"b\": 4}]",
    };

    /// <summary>Pieces of YAML and of templates.</summary>
    public static string Text(Random random) => random.Next(26) switch
    {
        0 => "\t",
        1 => "\n",
        2 => "  ",
        3 => ": ",
        4 => "- ",
        5 => "{{ ",
        6 => " }}",
        7 => "{% for i in range(3) %}",
        8 => "&a ",
        9 => "*a",
        10 => "<<: *a",
        11 => "!!binary ",
        12 => "---\n",
        13 => "|\n  ",
        14 => "0x",
        15 => "1_000",
        16 => ".inf",
        17 => "~",
        18 => "'",
        19 => "\"",
        20 => "\ud83d",
        21 => "\u0000",
        22 => "\ufeff",
        23 => "# ",
        24 => new string('[', random.Next(1, 120)),
        _ => Template(random),
    };

    public static string Template(Random random) => TemplateGrammar.Generate(random);

    private static string Nested(int levels) => $"{new string('[', levels)}{new string(']', levels)}";
}
