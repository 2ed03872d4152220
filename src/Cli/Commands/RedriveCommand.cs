using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using PlaybookOperator.Core.Executions;
using PlaybookOperator.Kubernetes.Client;
using PlaybookOperator.Kubernetes.Objects;
using PlaybookOperator.Operator;
using PlaybookOperator.Operator.Executions;

namespace PlaybookOperator.Cli.Commands;

/// <summary><c>playbook redrive NAME</c>: a new Execution that runs again what did not succeed in NAME; prints its name.</summary>
internal static class RedriveCommand
{
    private const string NameLetters = "bcdfghjklmnpqrstvwxz2456789";
    private const int SuffixLength = 5;

    /// <summary>With what is added the name stays within the 63 characters of a label.</summary>
    private const int MaxBaseLength = 50;

    private static readonly Argument<string> s_name = new("NAME") { Description = "A finished Execution." };
    private static readonly Option<string?> s_namespace = new("--namespace", "-n") { Description = "Its namespace; else the one of the current context." };

    public static Command Create()
    {
        var command = new Command("redrive", "Run again the iterations of an Execution that did not succeed.") { s_name, s_namespace };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(s_name)!, parsed.GetValue(s_namespace), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string name, string? space, CancellationToken cancellationToken)
    {
        try
        {
            using var cluster = ClusterAccess.Open();
            return await RunAsync(cluster.Client, new NamespacedName(space ?? cluster.Namespace, name), cancellationToken);
        }
        catch (ApiException failure)
        {
            await Console.Error.WriteLineAsync($"playbook: {failure.Message}");
            return ExitCodes.Failed;
        }
    }

    private static async Task<int> RunAsync(ApiClient client, NamespacedName former, CancellationToken cancellationToken)
    {
        if (await client.GetAsync(ResourceTypes.Executions, former, cancellationToken) is not { } execution)
        {
            await Console.Error.WriteLineAsync($"playbook: there is no Execution '{former.Name}' in namespace {former.Namespace}.");
            return ExitCodes.Failed;
        }

        if (execution.Status?.Conditions?.Any(condition => condition is { Type: "Finished", IsTrue: true }) != true)
        {
            await Console.Error.WriteLineAsync($"playbook: Execution '{former.Name}' is {execution.Status?.Phase ?? "Pending"}; only a finished one can be run again.");
            return ExitCodes.Failed;
        }

        if (Succeeded(execution.Status))
        {
            await Console.Error.WriteLineAsync($"playbook: nothing failed in Execution '{former.Name}'; there is nothing to run again, and nothing was created.");
            return ExitCodes.Failed;
        }

        var made = await client.CreateAsync(ResourceTypes.Executions, Manifest(former, execution.Spec.Playbook), cancellationToken);
        Console.Out.WriteLine(made.Item.Metadata.Name);
        return ExitCodes.Completed;
    }

    /// <summary>A completed Execution may still have iterations that failed, where its loops allow it.</summary>
    private static bool Succeeded(ExecutionStatus status) => status.Phase == nameof(ExecutionPhase.Completed) && (status.Progress?.Failed ?? 0) == 0;

    private static JsonObject Manifest(NamespacedName former, string playbook) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = $"{former.Name[..Math.Min(former.Name.Length, MaxBaseLength)].TrimEnd('-', '.')}-retry-{RandomNumberGenerator.GetString(NameLetters, SuffixLength)}",
            ["namespace"] = former.Namespace,
        },
        ["spec"] = new JsonObject { ["playbook"] = playbook, ["retryOf"] = former.Name },
    };
}
