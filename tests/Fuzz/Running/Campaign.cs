using System.Text.RegularExpressions;
using PlaybookOperator.Fuzz.Mutation;
using PlaybookOperator.Fuzz.Targets;

namespace PlaybookOperator.Fuzz.Running;

/// <summary>Throws inputs at the targets in turn until the time is over, and tells what was found.</summary>
internal sealed partial class Campaign(int seed, TimeSpan duration, DirectoryInfo folder)
{
    private const int MaxFindings = 20;
    private static readonly TimeSpan s_minimizing = TimeSpan.FromSeconds(60);

    /// <summary>An input that has had no answer for long is made smaller by many that get none either.</summary>
    private static readonly TimeSpan s_shortPatience = TimeSpan.FromSeconds(4);
    private readonly Dictionary<string, string> _found = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _tried = new(StringComparer.Ordinal);

    public static async Task<int> ReplayAsync(string target, string input)
    {
        await using var process = new FuzzedProcess();
        var finding = await process.TryAsync(target, input);
        await Console.Out.WriteLineAsync(finding ?? "taken in order");
        return finding is null ? 0 : 1;
    }

    public async Task<int> RunAsync(IReadOnlyList<string> targets, CancellationToken cancellationToken)
    {
        await Console.Out.WriteLineAsync($"fuzz: seed {seed}, {duration.TotalSeconds} s, targets {string.Join(", ", targets)}");
        var corpus = Corpus.Read();
        var started = TimeProvider.System.GetTimestamp();
        await using (var process = new FuzzedProcess())
        {
            for (var number = 0; TimeProvider.System.GetElapsedTime(started) < duration && _found.Count < MaxFindings; number++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var name = targets[number % targets.Count];
                _tried[name] = _tried.GetValueOrDefault(name) + 1;
                await TryAsync(process, name, number, corpus);
            }
        }

        await Console.Out.WriteLineAsync(
            $"fuzz: {string.Join(", ", _tried.Select(one => $"{one.Value} {one.Key}"))} inputs, {_found.Count} findings, seed {seed}");
        return _found.Count == 0 ? 0 : 1;
    }

    private async Task TryAsync(FuzzedProcess process, string name, int number, Corpus corpus)
    {
#pragma warning disable CA5394 // The same seed must make the same input.
        var random = new Random(HashCode(seed, number));
#pragma warning restore CA5394
        var input = FuzzTargets.Create(name).Generate(random, corpus);
        if (await process.TryAsync(name, input) is not { } finding) return;
        var kind = Kind(name, finding);
        if (!_found.TryAdd(kind, input)) return;
        using var late = new CancellationTokenSource(s_minimizing);
        var smaller = await Minimizer.MinimizeAsync(
            input, async candidate => await process.TryAsync(name, candidate, s_shortPatience) is { } still && Kind(name, still) == kind, late.Token);
        folder.Create();
        var file = Path.Combine(folder.FullName, $"{name}-{_found.Count}");
        await File.WriteAllTextAsync($"{file}.input", smaller, CancellationToken.None);
        await File.WriteAllTextAsync($"{file}.finding", $"target {name}, seed {seed}, input {number}\n{finding}\n", CancellationToken.None);
        await Console.Out.WriteLineAsync($"FOUND {name}, input {number} of seed {seed}: {finding.Split('\n')[0]}\n  {file}.input: {Shown(smaller)}");
    }

    /// <summary>As <see cref="System.HashCode"/>, which differs from process to process.</summary>
    private static int HashCode(int seed, int number) => unchecked((seed * 1_000_003) + (number * 7919));

    /// <summary>What stays the same when the input changes: numbers and quoted text do not.</summary>
    private static string Kind(string target, string finding) => $"{target}: {Changing().Replace(finding.Split('\n')[0], "#")}";

    private static string Shown(string input) => (input.Length > 300 ? $"{input[..300]}…" : input).Replace("\n", "\\n", StringComparison.Ordinal);

    [GeneratedRegex("[0-9]+|'[^']*'|\"[^\"]*\"", RegexOptions.None, 1000)]
    private static partial Regex Changing();
}
