namespace PlaybookOperator.Tools.Shell;

/// <summary>What a shell starts from. Nothing of the process's own environment is handed on.</summary>
public sealed record ShellOptions
{
    public static ShellOptions Default { get; } = new();

    /// <summary>The program that reads the commands; called as <c>/bin/sh -e -c …</c>.</summary>
    public string Shell { get; init; } = "/bin/sh";

    /// <summary>Where it starts; null: the folder that this process runs in.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The variables of every shell; a step's <c>env</c> lies over them.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["HOME"] = "/tmp",
        ["LANG"] = "C.UTF-8",
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    };

    /// <summary>For one call when neither the step nor the tool says.</summary>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Bytes kept of the end of each output.</summary>
    public int TailBytes { get; init; } = 64 << 10;

    /// <summary>How long output is awaited after the shell has ended, from what it left running; then that is killed.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(0.5);
}
