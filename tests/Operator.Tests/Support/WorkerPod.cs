using System.Diagnostics;
using System.Text.Json.Nodes;

namespace PlaybookOperator.Operator.Tests.Support;

/// <summary>The worker's own executable, as the pod of a Job: with its token and its mounted secrets, it talks to an operator of this process.</summary>
internal sealed class WorkerPod
{
    /// <summary>Where it was built.</summary>
    private static readonly string s_worker = Path.Combine(
        AppContext.BaseDirectory.Replace(Path.Combine("tests", "Operator.Tests"), Path.Combine("src", "Worker"), StringComparison.Ordinal), "PlaybookOperator.Worker.dll");

    /// <summary>Runs it to its end and returns what it printed.</summary>
    /// <param name="ended">For one beside a container: how that ends, told by the path of their pod.</param>
    public static async Task<string> RunAsync(
        OperatorUnderTest @operator, JsonObject job, IReadOnlyDictionary<string, string> secrets, Action<string>? ended = null)
    {
        var folder = Directory.CreateTempSubdirectory("worker-pod-");
        try
        {
            var token = Path.Combine(folder.FullName, "token");
            var pod = @operator.Pod(job);
            await File.WriteAllTextAsync(token, @operator.Cluster.TokenOf(pod));
            ended?.Invoke(pod);
            var mounted = folder.CreateSubdirectory("secrets");
            foreach (var (name, value) in secrets) await File.WriteAllTextAsync(Path.Combine(mounted.FullName, name), value);
            var start = new ProcessStartInfo("dotnet", [s_worker]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            start.Environment["PLAYBOOK_API_URL"] = @operator.Address.ToString();
            start.Environment["PLAYBOOK_TOKEN_FILE"] = token;
            start.Environment["PLAYBOOK_SECRETS_DIR"] = mounted.FullName;
            if (ended is not null) start.Environment["PLAYBOOK_MASKED_POD"] = pod.Split('/')[^1];
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var printed = await process.StandardOutput.ReadToEndAsync() + await errors;
            await process.WaitForExitAsync();
            return printed;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
