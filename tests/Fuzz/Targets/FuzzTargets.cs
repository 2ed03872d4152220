using PlaybookOperator.Fuzz.Mutation;

namespace PlaybookOperator.Fuzz.Targets;

/// <summary>A door of the product, and what is thrown at it.</summary>
internal interface IFuzzTarget : IAsyncDisposable
{
    /// <summary>An input that depends on nothing but the random numbers.</summary>
    string Generate(Random random, Corpus corpus);

    /// <summary>Null when the product has taken the input or refused it in order; else what went wrong, its kind in the first line.</summary>
    /// <remarks>May also throw, end the process, or never answer: each is a finding too.</remarks>
    Task<string?> TryAsync(string input);
}

/// <summary>All targets by name.</summary>
internal static class FuzzTargets
{
    /// <summary>Those of a campaign; <see cref="PlantedTarget"/> only checks the fuzzer itself.</summary>
    public static readonly string[] Default = ["yaml", "json", "template", "lint", "run", "api", "worker"];

    public static readonly string[] Names = [.. Default, PlantedTarget.Name];

    public static IFuzzTarget Create(string name) => name switch
    {
        "yaml" => new YamlTarget(),
        "json" => new JsonTarget(),
        "template" => new TemplateTarget(),
        "lint" => new LintTarget(),
        "run" => new RunTarget(),
        "api" => new ApiTarget(),
        "worker" => new WorkerApiTarget(),
        PlantedTarget.Name => new PlantedTarget(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such target."),
    };
}
