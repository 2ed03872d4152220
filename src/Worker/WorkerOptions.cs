using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PlaybookOperator.Core.Caching;
using PlaybookOperator.Core.Playbooks;
using PlaybookOperator.Tools;

namespace PlaybookOperator.Worker;

/// <summary>Everything that the process is told from outside: the only place that reads the environment.</summary>
internal sealed record WorkerOptions
{
    public const string ApiUrlVariable = "PLAYBOOK_API_URL";
    public const string TokenFileVariable = "PLAYBOOK_TOKEN_FILE";
    public const string SecretsDirectoryVariable = "PLAYBOOK_SECRETS_DIR";
    public const string ReportWindowVariable = "PLAYBOOK_REPORT_WINDOW";
    public const string MaskedPodVariable = "PLAYBOOK_MASKED_POD";
    public const string ToolInstanceEntriesVariable = "PLAYBOOK_TOOL_INSTANCE_ENTRIES";
    public const string ToolInstanceTtlVariable = "PLAYBOOK_TOOL_INSTANCE_TTL";

    /// <summary>The operator, without the path of the worker API; http or https.</summary>
    public required Uri ApiUrl { get; init; }

    /// <summary>The projected service account token; read again for each exchange, since it is rotated.</summary>
    public string TokenFile { get; init; } = "/var/run/secrets/playbooks.dev/token/token";

    /// <summary>One file for each secret, named for it.</summary>
    public string SecretsDirectory { get; init; } = "/var/run/secrets/playbooks.dev/secrets";

    /// <summary>How long the operator may be unreachable before the worker gives up; at least 1 second, default 10 minutes.</summary>
    public TimeSpan ReportWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Set when the process is there to mask what the container beside it printed: the name of their pod.</summary>
    public string? MaskedPod { get; init; }

    /// <summary>Bounds of the cache <c>tool_instance</c>.</summary>
    public BoundedCacheOptions ToolInstances { get; init; } = Tools.ToolInstances.DefaultBounds;

    public static bool TryReadEnvironment([NotNullWhen(true)] out WorkerOptions? options, [NotNullWhen(false)] out string? problem)
    {
#pragma warning disable RS0030 // This is the options class that reads the environment.
        return TryRead(Environment.GetEnvironmentVariable, out options, out problem);
#pragma warning restore RS0030
    }

    public static bool TryRead(Func<string, string?> read, [NotNullWhen(true)] out WorkerOptions? options, [NotNullWhen(false)] out string? problem)
    {
        options = null;
        problem = null;
        if (!Uri.TryCreate(read(ApiUrlVariable), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            problem = $"{ApiUrlVariable} must be an absolute http or https URL.";
        var window = TimeSpan.FromMinutes(10);
        if (read(ReportWindowVariable) is { Length: > 0 } text && (!Duration.TryParse(text, out window) || window < TimeSpan.FromSeconds(1)))
            problem ??= $"{ReportWindowVariable} must be a duration of at least 1s, such as 10m.";
        if (!TryReadBounds(read, out var instances, out var wrong)) problem ??= wrong;
        if (problem is not null) return false;
        options = new WorkerOptions { ApiUrl = url!, ReportWindow = window, ToolInstances = instances };
        if (read(MaskedPodVariable) is { Length: > 0 } pod) options = options with { MaskedPod = pod };
        if (read(TokenFileVariable) is { Length: > 0 } token) options = options with { TokenFile = token };
        if (read(SecretsDirectoryVariable) is { Length: > 0 } secrets) options = options with { SecretsDirectory = secrets };
        return true;
    }

    private static bool TryReadBounds(Func<string, string?> read, out BoundedCacheOptions bounds, [NotNullWhen(false)] out string? problem)
    {
        bounds = Tools.ToolInstances.DefaultBounds;
        problem = null;
        if (read(ToolInstanceEntriesVariable) is { Length: > 0 } entries)
        {
            if (int.TryParse(entries, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0) bounds = bounds with { MaxEntries = most };
            else problem = $"{ToolInstanceEntriesVariable} must be a whole number of at least 1.";
        }

        if (read(ToolInstanceTtlVariable) is { Length: > 0 } text)
        {
            if (Duration.TryParse(text, out var ttl)) bounds = bounds with { TimeToLive = ttl };
            else problem ??= $"{ToolInstanceTtlVariable} must be a duration such as 300s; 0: for ever.";
        }

        return problem is null;
    }
}
