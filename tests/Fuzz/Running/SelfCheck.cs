using PlaybookOperator.Fuzz.Targets;

namespace PlaybookOperator.Fuzz.Running;

/// <summary>Plants a fault of each kind first: a fuzzer that sees none would say of every product that it is sound.</summary>
internal static class SelfCheck
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public static async Task<bool> PassesAsync()
    {
        await using var process = new FuzzedProcess();
        if (await process.TryAsync(PlantedTarget.Name, "sound") is { } wrong) return await FailAsync($"a sound input was a finding: {wrong}");
        foreach (var (fault, kind) in ((string, string)[])[("throw", "exception"), ("wrong", "planted"), ("hang", "no answer"), ("crash", "crash")])
            if (await process.TryAsync(PlantedTarget.Name, $"some {fault} here", s_patience) is not { } found || !found.StartsWith(kind, StringComparison.Ordinal))
                return await FailAsync($"the planted '{fault}' was not found");
        var smallest = await Minimizer.MinimizeAsync(
            "0123456789 wrong 0123456789", async smaller => await process.TryAsync(PlantedTarget.Name, smaller) is not null, CancellationToken.None);
        return smallest == "wrong" || await FailAsync($"'wrong' was made '{smallest}'");
    }

    private static async Task<bool> FailAsync(string what)
    {
        await Console.Error.WriteLineAsync($"The fuzzer does not work: {what}.");
        return false;
    }
}
