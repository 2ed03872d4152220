using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using PlaybookOperator.Operator.Hosting;
using PlaybookOperator.Operator.Yaml;
using PlaybookOperator.Testing;

namespace PlaybookOperator.Operator.Tests.Support;

/// <summary>
/// Tests of whole operators run after the others and alone: meters belong to the process, and a test of what is exported would see theirs too.
/// </summary>
[Xunit.CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeOperator
{
    public const string Name = "whole operators";
}

/// <summary>The whole operator in this process: on a stand-in of a cluster, and a database of its own.</summary>
internal sealed class OperatorUnderTest : IAsyncDisposable
{
    private const string Namespace = "team";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("operator-");
    private readonly PrivateDatabase _database;
    private readonly (string Name, string Value)[] _options;
    private readonly Action<IServiceCollection> _replace;
    private WebApplication? _app;

    private OperatorUnderTest(ClusterStandIn cluster, PrivateDatabase database, (string Name, string Value)[] options, Action<IServiceCollection> replace) =>
        (Cluster, _database, _options, _replace) = (cluster, database, options, replace);

    public ClusterStandIn Cluster { get; }

    public Uri Address => new(_app!.Urls.Single());

    public IServiceProvider Services => _app!.Services;

    public RecordedLog Log { get; } = new();

    public RecordedTraffic Traffic { get; } = new();

    /// <param name="options">Options beside those that every test has, as <c>Section:Name</c>.</param>
    public static Task<OperatorUnderTest> StartAsync(params (string Name, string Value)[] options) => StartAsync(static _ => { }, options);

    /// <param name="replace">Registers parts in place of the operator's own.</param>
    /// <param name="options">As above.</param>
    public static async Task<OperatorUnderTest> StartAsync(Action<IServiceCollection> replace, params (string Name, string Value)[] options)
    {
        var cluster = await ClusterStandIn.StartAsync();
        var database = await (await PrivatePostgres.SharedAsync()).CreateDatabaseAsync();
        var started = new OperatorUnderTest(cluster, database, options, replace);
        await started.StartOperatorAsync();
        return started;
    }

    public async Task StartOperatorAsync()
    {
        var kubeconfig = Path.Combine(_folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, $$"""
            {"apiVersion": "v1", "kind": "Config", "current-context": "test",
             "clusters": [{"name": "test", "cluster": {"server": "{{Cluster.Address}}"} }],
             "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test", "namespace": "{{Namespace}}"} }],
             "users": [{"name": "test", "user": {"token": "token"} }]}
            """);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(Log);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kubernetes:Kubeconfig"] = kubeconfig,
            ["Database:ConnectionString"] = _database.ConnectionString,
            ["Reconcile:RetentionSeconds"] = "1",
            ["Reconcile:SweepSeconds"] = "1",
            ["LeaderElection:RetryPeriodSeconds"] = "1",
        });
        builder.Configuration.AddInMemoryCollection(_options.Select(option => KeyValuePair.Create(option.Name, (string?)option.Value)));
        builder.Services.AddOperatorOptions(builder.Configuration);
        builder.Services.AddOperator();
        _replace(builder.Services);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Use(Traffic.RecordAsync);
        _app.MapOperator();
        await _app.StartAsync();
    }

    /// <summary>As a pod that is deleted: the lease is given back.</summary>
    public async Task StopOperatorAsync()
    {
        if (_app is null) return;
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Applies a playbook of this spec in YAML.</summary>
    public void Playbook(string name, string spec, string @namespace = Namespace) => Cluster.Put($"{Group(@namespace)}/playbooks", Manifest("Playbook", name, spec, @namespace));

    public void DeletePlaybook(string name, string @namespace) => Cluster.Delete($"{Group(@namespace)}/playbooks/{name}");

    /// <summary>Creates an Execution, or edits its spec.</summary>
    public void Execution(string name, string spec, string @namespace = Namespace) => Cluster.Put($"{Group(@namespace)}/executions", Manifest("Execution", name, spec, @namespace));

    public void ConfigMap(string name, string key, string text) => Cluster.Put($"/api/v1/namespaces/{Namespace}/configmaps", new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace },
        ["data"] = new JsonObject { [key] = text },
    });

    /// <summary>What the test itself keeps of the past, which would else look as if the operator kept it.</summary>
    public void ForgetThePast()
    {
        Log.Clear();
        Traffic.Clear();
        Cluster.ForgetHistory();
    }

    public void DeleteExecution(string name) => Cluster.Delete($"{Group()}/executions/{name}");

    public JsonObject? FindExecution(string name, string @namespace = Namespace) => Cluster.Get($"{Group(@namespace)}/executions/{name}");

    public JsonObject? FindPlaybook(string name) => Cluster.Get($"{Group()}/playbooks/{name}");

    public IReadOnlyList<JsonObject> Executions() => Cluster.List($"{Group()}/executions");

    public IReadOnlyList<JsonObject> Jobs() => Cluster.List($"/apis/batch/v1/namespaces/{Namespace}/jobs");

    /// <summary>Creates the pod of a Job, and returns its path.</summary>
    public string Pod(JsonObject job)
    {
        var prefix = $"{(string?)job["metadata"]!["name"]}-";
        var name = $"{prefix[..Math.Min(prefix.Length, 58)]}{Guid.NewGuid().ToString("N")[..5]}";
        Cluster.Put($"/api/v1/namespaces/{Namespace}/pods", new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = Namespace,
                ["labels"] = job["spec"]!["template"]!["metadata"]!["labels"]!.DeepClone(),
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "batch/v1",
                    ["kind"] = "Job",
                    ["name"] = (string?)job["metadata"]!["name"],
                    ["uid"] = (string?)job["metadata"]!["uid"],
                    ["controller"] = true,
                }),
            },
        });
        return $"/api/v1/namespaces/{Namespace}/pods/{name}";
    }

    /// <summary>Children of an Execution, by index.</summary>
    public IReadOnlyList<JsonObject> Children(string parent) =>
        [.. Executions().Where(item => (string?)item["spec"]!["parentExecution"]?["name"] == parent).OrderBy(item => (long?)item["spec"]!["parentExecution"]!["index"] ?? -1)];

    public static string? Phase(JsonObject? execution) => (string?)execution?["status"]?["phase"];

    public static string? Message(JsonObject? execution) => (string?)execution?["status"]?["message"];

    /// <summary>The Execution once it has ended.</summary>
    public async Task<JsonObject> FinishedAsync(string name)
    {
        await UntilAsync($"{name} has ended", () => Phase(FindExecution(name)) is "Completed" or "Failed" or "Cancelled");
        return FindExecution(name)!;
    }

    public static async Task UntilAsync(string what, Func<bool> condition) => await UntilAsync(what, () => Task.FromResult(condition()));

    public static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > s_patience) throw new TimeoutException($"After {s_patience} still not: {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Xunit.TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks the database one number.</summary>
    public async Task<long> NumberAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Asks the database one text.</summary>
    public async Task<string> TextAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() as string ?? "";
    }

    /// <summary>Changes what is in the database.</summary>
    public async Task ExecuteAsync(string sql, params string[] parameters)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Every row of every table, as text.</summary>
    public async Task<string> RowsAsync()
    {
        var rows = new System.Text.StringBuilder();
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var names = new NpgsqlCommand("SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace", connection))
        await using (var reader = await names.ExecuteReaderAsync())
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        foreach (var table in tables)
        {
            await using var all = new NpgsqlCommand($"SELECT t::text FROM {table} t", connection);
            await using var reader = await all.ExecuteReaderAsync();
            while (await reader.ReadAsync()) rows.Append(table).Append(' ').Append(reader.GetString(0)).Append('\n');
        }

        return rows.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await StopOperatorAsync();
        await Cluster.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Group(string @namespace = Namespace) => $"/apis/playbooks.dev/v1alpha1/namespaces/{@namespace}";

    private static JsonObject Manifest(string kind, string name, string spec, string @namespace) => new()
    {
        ["apiVersion"] = "playbooks.dev/v1alpha1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace },
        ["spec"] = JsonNode.Parse(YamlDocument.Parse(spec).GetRawText()),
    };
}
