namespace PlaybookOperator.Cli.Server;

/// <summary>The token for the operator's API. From a variable rather than an argument it is in no list of processes.</summary>
internal static class ApiToken
{
    public const string Variable = "PLAYBOOK_TOKEN";

    /// <summary>Null when there is none.</summary>
    public static string? Read()
    {
#pragma warning disable RS0030 // The only place that reads it.
        return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } token ? token : null;
#pragma warning restore RS0030
    }
}
