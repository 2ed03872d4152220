using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PlaybookOperator.Testing;

/// <summary>What one door must make of a hostile input.</summary>
/// <param name="Door">The command or path that the input goes through, such as <c>lint</c>; see tests/Hostile/README.md for all.</param>
/// <param name="Outcome">An exit code, an HTTP status, a phase, or the status of a condition.</param>
/// <param name="Fragment">What must stand in what is printed or told; empty: nothing is asked for.</param>
public sealed record HostileOutcome(string Door, string Outcome, string Fragment);

/// <summary>An input of tests/Hostile, and what each door must make of it.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Text">Its text, with <c>@@REPEAT n text@@</c> written out.</param>
/// <param name="Outcomes">Never empty.</param>
public sealed partial record HostileInput(string Name, string Text, IReadOnlyList<HostileOutcome> Outcomes)
{
    private static readonly string[] s_doors = ["lint", "run", "eval", "playbook", "execution", "api"];

    /// <summary>Names of the inputs that say what a door must make of them.</summary>
    /// <exception cref="InvalidDataException">An input has no text of outcomes, or the other way round.</exception>
    public static IEnumerable<string> NamesFor(params string[] doors) =>
        Names().Where(name => Read(name).Outcomes.Any(outcome => doors.Contains(outcome.Door, StringComparer.Ordinal)));

    /// <summary>File names of all inputs.</summary>
    public static IReadOnlyList<string> Names()
    {
        var files = Directory.GetFiles(Folder()).Select(file => Path.GetFileName(file)!).Where(name => name != "README.md").Order(StringComparer.Ordinal).ToList();
        var inputs = files.Where(name => !name.EndsWith(".expected", StringComparison.Ordinal)).ToList();
        var alone = files.Where(name => name.EndsWith(".expected", StringComparison.Ordinal) && !inputs.Contains(name[..^".expected".Length])).ToList();
        return alone.Count == 0 ? inputs : throw new InvalidDataException($"tests/Hostile has no input for {string.Join(", ", alone)}.");
    }

    /// <exception cref="InvalidDataException">A line of its outcomes is none.</exception>
    public static HostileInput Read(string name)
    {
        var file = Path.Combine(Folder(), name);
        if (!File.Exists($"{file}.expected")) throw new InvalidDataException($"tests/Hostile/{name}.expected is missing: it says what each door must make of the input.");
        var outcomes = File.ReadAllLines($"{file}.expected").Where(line => line.Length > 0 && line[0] != '#').Select(line => Outcome(name, line)).ToList();
        if (outcomes.Count == 0) throw new InvalidDataException($"tests/Hostile/{name}.expected holds no outcome.");
        return new HostileInput(name, Repeated().Replace(File.ReadAllText(file), Written), outcomes);
    }

    /// <summary>What one door must make of it; empty when the input does not go through that door.</summary>
    public IReadOnlyList<HostileOutcome> At(string door) => [.. Outcomes.Where(outcome => outcome.Door == door)];

    private static HostileOutcome Outcome(string name, string line)
    {
        var match = Line().Match(line);
        if (!match.Success || !s_doors.Contains(match.Groups["door"].Value, StringComparer.Ordinal))
            throw new InvalidDataException($"tests/Hostile/{name}.expected: '{line}' is not DOOR OUTCOME or DOOR OUTCOME: FRAGMENT with one of the doors {string.Join(", ", s_doors)}.");
        return new HostileOutcome(match.Groups["door"].Value, match.Groups["outcome"].Value, match.Groups["fragment"].Value);
    }

    private static string Written(Match repeat) =>
        new StringBuilder().Insert(0, repeat.Groups["text"].Value, int.Parse(repeat.Groups["times"].Value, CultureInfo.InvariantCulture)).ToString();

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Operator.sln"))) return Path.Combine(folder.FullName, "tests", "Hostile");
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Operator.sln.");
    }

    [GeneratedRegex(@"^(?<door>\w+) (?<outcome>\w+)(: (?<fragment>.+))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();

    [GeneratedRegex("@@REPEAT (?<times>[0-9]+) (?<text>.*?)@@", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Repeated();
}
