using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace PlaybookOperator.Cluster.Tests;

/// <summary>
/// The cluster that <c>make test-cluster</c> has brought up, with the product deployed and the samples' world in place. Spoken to as a user does:
/// through kubectl, and with SQL to look at what was written.
/// </summary>
public sealed class Cluster
{
    public const string Samples = "playbook-samples";
    public const string Operator = "playbook-system";
    public const string Postgres = "playbook-operator-postgres-0";
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeProvider s_time = TimeProvider.System;
    private static readonly Lazy<Task<ApiReader>> s_api = new(async () => ApiReader.Of(await KubectlAsync("config view --minify --raw --flatten -o json")));

#pragma warning disable RS0030 // Where the test target put the cluster is told by the environment.
    private static readonly string s_kubeconfig = Environment.GetEnvironmentVariable("PLAYBOOK_TEST_KUBECONFIG")
        ?? throw new InvalidOperationException("PLAYBOOK_TEST_KUBECONFIG is not set: run make test-cluster.");
#pragma warning restore RS0030

    public static string Repository { get; } = FindRepository();

    /// <summary>Runs kubectl; fails the test with its words when it fails.</summary>
    public static async Task<string> KubectlAsync(string arguments, string? input = null)
    {
        var (code, output, error) = await RunAsync("kubectl", $"--kubeconfig {s_kubeconfig} {arguments}", input);
        return code == 0 ? output : throw new InvalidOperationException($"kubectl {arguments} failed: {error}{output}");
    }

    public static async Task<(int Code, string Output, string Error)> RunAsync(string program, string arguments, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = input is not null,
            WorkingDirectory = Repository,
        };
        using var process = Process.Start(start)!;
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }

        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Applies a playbook and creates an Execution of it; both have the name.</summary>
    public static async Task StartAsync(string name, string spec)
    {
        await KubectlAsync($"-n {Samples} apply -f -", $"apiVersion: playbooks.dev/v1alpha1\nkind: Playbook\nmetadata: {{name: {name}}}\nspec:\n{spec}");
        await KubectlAsync(
            $"-n {Samples} create -f -", $"apiVersion: playbooks.dev/v1alpha1\nkind: Execution\nmetadata: {{name: {name}}}\nspec: {{playbook: {name}}}\n");
    }

    public static async Task RemoveAsync(string name)
    {
        await KubectlAsync($"-n {Samples} delete execution {name} --ignore-not-found");
        await KubectlAsync($"-n {Samples} delete playbook {name} --ignore-not-found");
    }

    public static async Task<JsonElement> ExecutionAsync(string name) =>
        await FindExecutionAsync(name) ?? throw new InvalidOperationException($"There is no Execution {name}.");

    public static Task<JsonElement?> FindExecutionAsync(string name) => GetAsync($"/apis/playbooks.dev/v1alpha1/namespaces/{Samples}/executions/{name}");

    /// <summary>A field of an Execution's status as text; empty when it is not set, or there is no such Execution.</summary>
    public static async Task<string> StatusAsync(string name, string field) =>
        await FindExecutionAsync(name) is { } found && found.TryGetProperty("status", out var status) && status.TryGetProperty(field, out var value) ? value.ToString() : "";

    /// <summary>Names of what carries an execution's label: <c>jobs</c> or <c>pods</c>.</summary>
    public static async Task<IReadOnlyList<string>> OwnedAsync(string kind, string executionId)
    {
        var group = kind == "jobs" ? "/apis/batch/v1" : "/api/v1";
        var list = await GetAsync($"{group}/namespaces/{Samples}/{kind}?labelSelector=playbooks.dev%2Fexecution-id%3D{executionId}");
        return [.. list!.Value.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("metadata").GetProperty("name").GetString()!)];
    }

    /// <summary>The JSON under a path of the API server; null when there is nothing.</summary>
    public static async Task<JsonElement?> GetAsync(string path) => await (await s_api.Value).GetAsync(path, TestContext.Current.CancellationToken);

    /// <summary>Waits for the condition Finished, and returns the status.</summary>
    public static async Task<JsonElement> FinishedAsync(string name, int seconds = 300)
    {
        await KubectlAsync($"-n {Samples} wait --for=condition=Finished --timeout={seconds}s execution/{name}");
        return (await ExecutionAsync(name)).GetProperty("status");
    }

    /// <summary>Looks again and again until the condition holds, at most so many seconds.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> condition, int seconds = 240)
    {
        var started = s_time.GetTimestamp();
        while (true)
        {
            if (await condition()) return;
            if (s_time.GetElapsedTime(started).TotalSeconds > seconds) throw new TimeoutException($"After {seconds} s still not: {what}.");
            await Task.Delay(s_interval, s_time, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks the evaluation database one number.</summary>
    public static async Task<long> NumberAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await DatabaseAsync());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Asks the evaluation database one text.</summary>
    public static async Task<string> TextAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await DatabaseAsync());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (string?)await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) ?? "";
    }

    public static async Task<string> OperatorPodAsync() =>
        (await KubectlAsync($"-n {Operator} get pods -l app.kubernetes.io/component=operator -o jsonpath={{.items[0].metadata.name}}")).Trim();

    /// <summary>How many requests the sample API has served under this run key.</summary>
    public static async Task<int> RequestsAsync(string runKey)
    {
        var path = $"/api/v1/namespaces/{Samples}/services/paginated-api:5555/proxy/requests?run_key={runKey}";
        return (await GetAsync(path))!.Value.GetProperty("requests").GetArrayLength();
    }

    private static async Task<string> DatabaseAsync()
    {
        var ip = (await GetAsync($"/api/v1/namespaces/{Operator}/pods/{Postgres}"))!.Value.GetProperty("status").GetProperty("podIP").GetString();
        var password = (await GetAsync($"/api/v1/namespaces/{Operator}/secrets/playbook-operator-database"))!.Value.GetProperty("data").GetProperty("password").GetString()!;
        return $"Host={ip};Username=playbook;Database=playbook;Pooling=false;Timeout=5;Password={Encoding.UTF8.GetString(Convert.FromBase64String(password))}";
    }

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Operator.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
