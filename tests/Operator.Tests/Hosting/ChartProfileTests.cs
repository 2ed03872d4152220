using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.EventLog;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Tests.Support;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Operator.Yaml;
using Xunit;

namespace PlaybookOperator.Operator.Tests.Hosting;

/// <summary>The profiles of the chart: what stands in their files reaches the operator, and the page of operations says the same.</summary>
public sealed class ChartProfileTests
{
    private static readonly string s_chart = Path.Combine(SourceTree.Root, "charts/playbook-operator");

    /// <summary>A profile, what of the operator it sets, and the figure; nothing else differs from the operator's defaults.</summary>
    private static readonly Dictionary<string, Dictionary<string, string>> s_promised = new(StringComparer.Ordinal)
    {
        ["small"] = new() { ["iterations"] = "100000", ["seconds"] = "120", ["connections"] = "10" },
        ["medium"] = new() { ["iterations"] = "500000", ["seconds"] = "300", ["connections"] = "20", ["tool instances"] = "100 for 600 s" },
        ["large"] = new()
        {
            ["iterations"] = "1000000",
            ["seconds"] = "600",
            ["connections"] = "30",
            ["tool instances"] = "100 for 600 s",
            ["query results"] = "5000 for 600 s in 500 MiB",
            ["pod memory"] = "500M",
            ["operator memory"] = "2Gi",
        },
        ["constrained"] = new()
        {
            ["iterations"] = "50000",
            ["seconds"] = "60",
            ["connections"] = "5",
            ["tool instances"] = "20 for 120 s",
            ["request bytes"] = "10485760",
            ["weak"] = "playbook, template",
            ["heap"] = "0x40000000",
            ["operator memory"] = "1536Mi",
        },
        ["batch"] = new() { ["tool instances"] = "200 for 0 s" },
        ["dev"] = new() { ["query results"] = "100 for 60 s in 50 MiB", ["pod memory"] = "100M" },
        ["test"] = new() { ["query results"] = "50 for 30 s in 10 MiB" },
    };

    public static TheoryData<string> Profiles => [.. s_promised.Keys];

    [Fact]
    public void Each_profile_has_a_file() => Assert.Equal(
        s_promised.Keys.Order(StringComparer.Ordinal), Directory.EnumerateFiles(Path.Combine(s_chart, "profiles")).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_profile_meets_the_schema_of_the_charts_values(string profile)
    {
        Assert.Empty(Findings(Values(profile)));

        var wrong = JsonNode.Parse(Values(profile).GetRawText())!;
        wrong["misspelt"] = 1;
        Assert.NotEmpty(Findings(wrong.Deserialize<JsonElement>()));
    }

    [Fact]
    public async Task The_defaults_of_the_chart_are_the_operators_own()
    {
        var given = await ChartRenderer.EnvironmentAsync();

        Assert.Equal(Bounds(Read(new Dictionary<string, string>())), Bounds(Read(given)));
        Assert.Equal(Caches(new CachesOptions()), Caches(Read(given).GetRequiredService<CachesOptions>()));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task The_operator_gets_what_a_profile_says_and_else_the_defaults(string profile)
    {
        var file = Path.Combine(s_chart, "profiles", $"{profile}.yaml");
        var given = await ChartRenderer.EnvironmentAsync(file);
        var container = (await ChartRenderer.DeploymentAsync(file)).GetProperty("spec").GetProperty("template").GetProperty("spec").GetProperty("containers")[0];

        var differs = Bounds(Read(given)).Except(Bounds(Read(new Dictionary<string, string>()))).ToDictionary();
        // This one says so although it is the default.
        if (profile == "medium") differs["connections"] = Bounds(Read(given))["connections"];
        if (given.TryGetValue("DOTNET_GCHeapHardLimit", out var heap)) differs["heap"] = heap;
        if (container.GetProperty("resources").GetProperty("limits").GetProperty("memory").GetString() is { } memory and not "512Mi") differs["operator memory"] = memory;

        Assert.Equal(Lines(s_promised[profile]), Lines(differs));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Every_key_of_a_profile_acts(string profile)
    {
        // Each left out in turn gives another installation, but for what is a default anyway.
        var whole = (await ChartRenderer.DeploymentAsync(Path.Combine(s_chart, "profiles", $"{profile}.yaml"))).GetRawText();
        var folder = Directory.CreateTempSubdirectory("playbook-profile-");
        try
        {
            foreach (var path in Leaves(JsonNode.Parse(Values(profile).GetRawText())!.AsObject()).Where(path => !IsDefault(profile, path)).ToList())
            {
                var values = JsonNode.Parse(Values(profile).GetRawText())!.AsObject();
                Remove(values, path);
                var file = Path.Combine(folder.FullName, "values.yaml");
                await File.WriteAllTextAsync(file, values.ToJsonString(), TestContext.Current.CancellationToken);
                Assert.True((await ChartRenderer.DeploymentAsync(file)).GetRawText() != whole, $"{profile}: {path} changes nothing.");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_page_of_operations_has_the_figures_of_the_profiles()
    {
        var table = new StringBuilder("| profile | sets |\n|---|---|\n");
        foreach (var (profile, figures) in s_promised)
            table.Append(CultureInfo.InvariantCulture, $"| [`{profile}`](../charts/playbook-operator/profiles/{profile}.yaml) | {string.Join("; ", figures.Select(figure => $"{figure.Key} {figure.Value}"))} |\n");
        Assert.Contains(table.ToString(), File.ReadAllText(Path.Combine(SourceTree.Root, "docs/operations.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Caches:Playbook:MaxMegabytes", "10")]
    [InlineData("Caches:Template:MaxEntries", "0")]
    [InlineData("Workers:ToolInstanceEntries", "0")]
    [InlineData("Reconcile:StuckAfterSeconds", "60")]
    public void A_bound_that_cannot_be_kept_ends_the_start(string name, string value)
    {
        var option = name.Split(':')[^1];
        var wrong = Assert.Throws<OptionsValidationException>(() => Read(new Dictionary<string, string> { [$"PLAYBOOK_{name.Replace(":", "__", StringComparison.Ordinal)}"] = value }));
        Assert.Contains(option, wrong.Message, StringComparison.Ordinal);
    }

    private static JsonElement Values(string profile) => YamlDocument.Parse(File.ReadAllText(Path.Combine(s_chart, "profiles", $"{profile}.yaml")));

    /// <summary>Checked by the product's own reader of JSON Schema: the profile as a workload of which the chart's schema is asked.</summary>
    private static IReadOnlyList<Problem> Findings(JsonElement values)
    {
        var spec = new JsonObject
        {
            ["schema"] = JsonNode.Parse(File.ReadAllText(Path.Combine(s_chart, "values.schema.json"))),
            ["workload"] = JsonNode.Parse(values.GetRawText()),
            ["workflow"] = JsonNode.Parse("""[{"step": "end"}]"""),
        };
        var plan = PlanCompiler.Compile("profile", spec.Deserialize<JsonElement>(), ToolSchemas.All, TemplateOptions.Default).Plan!;
        return plan.Schema!.Check(plan.Workload, JsonElement.Parse("{}"), DateTimeOffset.UnixEpoch);
    }

    /// <summary>The options as the operator itself binds them.</summary>
    private static ServiceProvider Read(IReadOnlyDictionary<string, string> environment)
    {
        var options = environment.Where(variable => variable.Key.StartsWith("PLAYBOOK_", StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create(variable.Key["PLAYBOOK_".Length..].Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value));
        var services = new ServiceCollection();
        services.AddOperatorOptions(new ConfigurationBuilder().AddInMemoryCollection(options.Append(KeyValuePair.Create("Database:ConnectionString", (string?)"Host=localhost"))).Build());
        return services.BuildServiceProvider();
    }

    private static Dictionary<string, string> Bounds(ServiceProvider operatorOptions)
    {
        var limits = operatorOptions.GetRequiredService<LimitsOptions>();
        var (workers, caches) = (operatorOptions.GetRequiredService<WorkerOptions>(), operatorOptions.GetRequiredService<CachesOptions>());
        var requests = operatorOptions.GetRequiredService<ApiOptions>().MaxRequestBytes;
        Assert.Equal(requests, workers.MaxRequestBytes);
        var query = caches.QueryResult;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["iterations"] = $"{limits.MaxIterations}",
            ["seconds"] = $"{limits.MaxDurationSeconds}",
            ["pod memory"] = limits.Memory ?? "",
            ["connections"] = $"{operatorOptions.GetRequiredService<EventLogOptions>().MaxPoolSize}",
            ["tool instances"] = $"{workers.ToolInstanceEntries} for {workers.ToolInstanceSeconds} s",
            ["query results"] = $"{query.MaxEntries} for {query.TtlSeconds} s in {query.MaxMegabytes} MiB",
            ["request bytes"] = $"{requests}",
            ["weak"] = string.Join(", ", Caches(caches).Where(cache => cache.Value.EndsWith("True", StringComparison.Ordinal)).Select(cache => cache.Key)),
        };
    }

    private static Dictionary<string, string> Caches(CachesOptions caches) => new (string Name, CacheBounds Bounds)[]
    {
        ("execution_state", caches.ExecutionState), ("playbook", caches.Playbook), ("query_result", caches.QueryResult), ("template", caches.Template),
    }.ToDictionary(cache => cache.Name, cache => $"{cache.Bounds.MaxEntries} {cache.Bounds.TtlSeconds} {cache.Bounds.MaxMegabytes} {cache.Bounds.WeakValues}", StringComparer.Ordinal);

    private static string Lines(Dictionary<string, string> figures) => string.Join('\n', figures.Select(figure => $"{figure.Key}: {figure.Value}").Order(StringComparer.Ordinal));

    private static IEnumerable<string> Leaves(JsonObject values) =>
        values.SelectMany(member => member.Value is JsonObject inner ? Leaves(inner).Select(path => $"{member.Key}.{path}") : [member.Key]);

    private static bool IsDefault(string profile, string path) => (profile, path) is ("medium", "database.maxPoolSize") or ("medium" or "large", "worker.toolInstances.maxEntries");

    private static void Remove(JsonObject values, string path)
    {
        var names = path.Split('.');
        var place = names[..^1].Aggregate(values, (map, name) => map[name]!.AsObject());
        place.Remove(names[^1]);
    }
}
