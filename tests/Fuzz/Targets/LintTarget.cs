using PlaybookOperator.Cli.Linting;
using PlaybookOperator.Fuzz.Mutation;
using PlaybookOperator.Operator.Yaml;

namespace PlaybookOperator.Fuzz.Targets;

/// <summary>The linter: whatever the file holds, it answers with problems at places of the file.</summary>
internal sealed class LintTarget : IFuzzTarget
{
    public string Generate(Random random, Corpus corpus) => PlaybookMutations.Generate(random, corpus);

    public Task<string?> TryAsync(string input)
    {
        try
        {
            foreach (var problem in YamlDocument.ReadAll(input).SelectMany(document => PlaybookFile.Compile("playbook.yaml", document).Problems))
                if (problem.Message.Length == 0 || problem.Line < 1 || problem.Column < 1) return Task.FromResult<string?>($"place: a problem without words or place\n{problem}");
        }
        catch (YamlException malformed) when (malformed.Message.Length > 0 && malformed.Line >= 1 && malformed.Column >= 1)
        {
            // Refused in order.
        }

        return Task.FromResult<string?>(null);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
