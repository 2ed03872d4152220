using System.Text.Json;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using Xunit;

namespace PlaybookOperator.Core.Tests.Playbooks;

/// <summary>Compiles specs given as JSON.</summary>
internal static class Compiling
{
    public static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public static Compilation Compile(string spec) => PlanCompiler.Compile("test", Json(spec), ToolSchemas.All, TemplateOptions.Default);

    public static Plan Plan(string spec)
    {
        var compilation = Compile(spec);
        Assert.True(compilation.Plan is not null, string.Join('\n', compilation.Problems));
        return compilation.Plan;
    }

    /// <summary>A playbook of one step with these keys.</summary>
    public static string OneStep(string keys) => $$"""{"workflow": [{"step": "only", {{keys}}}]}""";

    public static IReadOnlyList<string> Errors(string spec) => [.. Compile(spec).Errors.Select(problem => problem.ToString())];

    public static IReadOnlyList<string> Warnings(string spec) =>
        [.. Compile(spec).Problems.Where(problem => problem.Severity == ProblemSeverity.Warning).Select(problem => problem.ToString())];
}
