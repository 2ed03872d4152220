using PlaybookOperator.Fuzz.Mutation;

namespace PlaybookOperator.Fuzz.Targets;

/// <summary>Faults on purpose: whether the fuzzer sees each kind, and makes its input as small as it can be.</summary>
internal sealed class PlantedTarget : IFuzzTarget
{
    public const string Name = "planted";

    public string Generate(Random random, Corpus corpus) => throw new NotSupportedException("Its inputs are written out in the self-check.");

    public async Task<string?> TryAsync(string input)
    {
        if (input.Contains("crash", StringComparison.Ordinal)) Environment.Exit(70);
        if (input.Contains("hang", StringComparison.Ordinal)) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        if (input.Contains("throw", StringComparison.Ordinal)) throw new InvalidOperationException("planted");
        return input.Contains("wrong", StringComparison.Ordinal) ? "planted: a wrong answer" : null;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
