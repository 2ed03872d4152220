using System.Globalization;

namespace PlaybookOperator.Core.Tests.Simulation;

/// <summary>How much to simulate. A change must pass 100,000 runs; who works on one gets an answer sooner.</summary>
internal sealed record SimulationOptions
{
    private const int RunsInCi = 100_000;
    private const int RunsOtherwise = 10_000;

    /// <summary>Runs in all; the variable <c>SIMULATION_RUNS</c>.</summary>
    public int Runs { get; init; } = RunsOtherwise;

    /// <summary>The only run, when one that broke a law is looked into; the variable <c>SIMULATION_SEED</c>.</summary>
    public int? Seed { get; init; }

    public static SimulationOptions FromEnvironment() => new()
    {
        Runs = Read("SIMULATION_RUNS") ?? (Text("CI") is "true" or "1" ? RunsInCi : RunsOtherwise),
        Seed = Read("SIMULATION_SEED"),
    };

    private static int? Read(string name) =>
        Text(name) is { Length: > 0 } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;

#pragma warning disable RS0030 // This is the options class that reads it.
    private static string? Text(string name) => Environment.GetEnvironmentVariable(name);
#pragma warning restore RS0030
}
