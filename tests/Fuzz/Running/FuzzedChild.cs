using System.Text;
using PlaybookOperator.Fuzz.Targets;

namespace PlaybookOperator.Fuzz.Running;

/// <summary>
/// The process that inputs are tried in, so that a stack that overflows or memory that runs out ends only it. A line <c>TARGET BASE64</c> in, a line
/// out: <c>ok</c>, or <c>finding BASE64</c>.
/// </summary>
internal static class FuzzedChild
{
    public static async Task<int> AnswerAsync(TextReader input, TextWriter output)
    {
        // Whatever a target prints must not stand between the answers.
        Console.SetOut(TextWriter.Null);
        var targets = new Dictionary<string, IFuzzTarget>(StringComparer.Ordinal);
        while (await input.ReadLineAsync() is { } line)
        {
            var (name, text) = (line[..line.IndexOf(' ')], Encoding.UTF8.GetString(Convert.FromBase64String(line[(line.IndexOf(' ') + 1)..])));
            if (!targets.TryGetValue(name, out var target)) targets[name] = target = FuzzTargets.Create(name);
            var finding = await TryAsync(target, text);
            await output.WriteLineAsync(finding is null ? "ok" : $"finding {Convert.ToBase64String(Encoding.UTF8.GetBytes(finding))}");
            await output.FlushAsync();
        }

        foreach (var target in targets.Values) await target.DisposeAsync();
        return 0;
    }

    private static async Task<string?> TryAsync(IFuzzTarget target, string input)
    {
        try
        {
            return await target.TryAsync(input);
        }
#pragma warning disable CA1031 // Any exception that gets out of the product is what is looked for.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            return $"exception {thrown.GetType().Name} {FirstOfOurs(thrown)}\n{thrown}";
        }
    }

    /// <summary>The method of ours that it came through, which tells one finding from another.</summary>
    private static string FirstOfOurs(Exception thrown) =>
        thrown.StackTrace?.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith("at PlaybookOperator.", StringComparison.Ordinal))?.Split(" in ")[0] ?? "";
}
