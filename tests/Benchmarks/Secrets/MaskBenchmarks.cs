using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PlaybookOperator.Tools.Secrets;

namespace PlaybookOperator.Benchmarks.Secrets;

/// <summary>
/// What masking a text of 1 MiB costs, by what is in it and by how many secrets are known; beside it what parsing the same text as JSON text costs, which every
/// result goes through anyway, and a text of four times the size. Medians.
/// </summary>
public static class MaskBenchmarks
{
    private const int Size = 1 << 20;
    private const int Times = 15;

    public static int Run()
    {
        Console.WriteLine($"{"text of 1 MiB",-34}{"secrets",8}{"mask",11}{"parse",11}{"ratio",8}{"4 MiB / 1 MiB",15}{"found",7}");
        foreach (var (name, part) in ((string, string)[])
        [
            ("words", "a row with some words and 12345 in it. "),
            ("JSON in a text", """{"id": 12345, "name": "a \"row\"", "at": "2026-01-01"}, """),
            ("lines of output", "2026-01-01T00:00:00Z info: it's done\n"),
            ("links", "https://api.example.org/items/1?q=a%20b&page=2 "),
            ("every escape", """{"a": "it\\'s \u00e9", 'b': 'it''s', "c": "a%20b+c &lt;d&gt;"}""" + "\n"),
        ])
            foreach (var count in (int[])[0, 1, 20]) Measure(name, part, count);
        return 0;
    }

    private static void Measure(string name, string part, int count)
    {
        // As long as tokens are, and one that stands in the text at its end.
        var secrets = Enumerable.Range(0, count).Select(i => $"{i:x2}-{Convert.ToBase64String(Encoding.UTF8.GetBytes($"token {i} of mine, some more"))} x").ToArray();
        var mask = SecretMask.Of(secrets);
        var (text, large) = (Fill(part, Size, secrets), Fill(part, 4 * Size, secrets));
        var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text));
        var masked = Median(() => mask.Apply(text));
        var parsed = Median(() => JsonElement.Parse(json).GetString()!);
        var ratio = Median(() => mask.Apply(large)) / Math.Max(masked, 0.0001);
        var found = mask.Apply(text).Split(SecretMask.Replacement).Length - 1;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34}{count,8}{masked,8:0.000} ms{parsed,8:0.000} ms{masked / parsed,8:0.00}{(count == 0 ? "" : ratio.ToString("0.0", CultureInfo.InvariantCulture)),15}{found,7}"));
    }

    private static string Fill(string part, int size, string[] secrets)
    {
        var text = new StringBuilder(size + 200);
        while (text.Length < size) text.Append(part);
        return secrets.Length == 0 ? text.ToString() : text.Append(secrets[^1]).Append('.').ToString();
    }

    private static double Median(Func<string> work)
    {
        work();
        var times = new double[Times];
        for (var i = 0; i < Times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            GC.KeepAlive(work());
            times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[Times / 2];
    }
}
