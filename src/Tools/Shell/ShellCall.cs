using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools.Shell;

/// <summary>A call of the <c>shell</c> tool, checked.</summary>
/// <param name="Script">The commands, one a line.</param>
/// <param name="Timeout">Null: the attempt's own timeout is enough.</param>
internal sealed record ShellCall(string Script, IReadOnlyDictionary<string, string> Environment, TimeSpan? Timeout)
{
    /// <summary>Linux takes 128 KiB in one argument or variable.</summary>
    private const int MaxTextBytes = (128 << 10) - 1;

    public static (ShellCall? Call, WorkError? Error) Read(CallRequest request, CallContext context, ShellOptions options)
    {
        var settings = new SettingsReader(request, context.Secrets);
        var script = ReadScript(settings);
        var environment = ReadEnvironment(settings, options);
        var timeout = settings.Duration("timeout") ?? (context.HasAttemptTimeout ? null : options.DefaultTimeout);
        return settings.Error is null ? (new ShellCall(script, environment, timeout), null) : (null, settings.Error);
    }

    private static string ReadScript(SettingsReader settings)
    {
        var cmds = settings.Get("cmds");
        var lines = cmds.Kind == ValueKind.List ? cmds.Items.ToList() : [cmds];
        if (lines.Count == 0 || lines.Exists(line => line.Kind is not ValueKind.String || string.IsNullOrWhiteSpace(line.ToText())))
            settings.Fail("cmds", "must be a command, or a list of commands, each a text that is not empty.");
        var script = string.Join('\n', lines.Select(line => line.ToText()));
        if (script.Contains('\0', StringComparison.Ordinal)) settings.Fail("cmds", "has a NUL character, which no command can.");
        if (System.Text.Encoding.UTF8.GetByteCount(script) > MaxTextBytes) settings.Fail("cmds", $"has more than {MaxTextBytes} bytes; hand large values over in another way than as text of a command.");
        return script;
    }

    private static Dictionary<string, string> ReadEnvironment(SettingsReader settings, ShellOptions options)
    {
        var environment = new Dictionary<string, string>(options.Environment, StringComparer.Ordinal);
        foreach (var (name, value) in settings.Members("env"))
        {
            if (value.Kind is ValueKind.Null) continue;
            var text = value.ToText();
            if (!IsName(name)) settings.Fail("env", $"has the name '{name}'; a variable's name is letters, digits and _, and begins with no digit.");
            else if (text.Contains('\0', StringComparison.Ordinal)) settings.Fail($"env.{name}", "has a NUL character, which no variable can.");
            else if (System.Text.Encoding.UTF8.GetByteCount(text) > MaxTextBytes) settings.Fail($"env.{name}", $"has more than {MaxTextBytes} bytes.");
            environment[name] = text;
        }

        return environment;
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
