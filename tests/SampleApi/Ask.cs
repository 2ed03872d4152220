using System.Globalization;

namespace PlaybookOperator.SampleApi;

/// <summary>Reads query parameters; what cannot be read counts as absent.</summary>
internal static class Ask
{
    public static string? Text(HttpContext context, string name) => context.Request.Query[name].FirstOrDefault();

    public static bool Has(HttpContext context, string name) => context.Request.Query.ContainsKey(name);

    /// <summary>The number of that name, kept within <paramref name="min"/> and <paramref name="max"/>.</summary>
    public static int Number(HttpContext context, string name, int fallback, int min = 1, int max = 1_000_000) =>
        int.TryParse(Text(context, name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? Math.Clamp(number, min, max)
            : fallback;

    public static double Fraction(HttpContext context, string name, double fallback, double max) =>
        double.TryParse(Text(context, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? Math.Clamp(number, 0, max)
            : fallback;

    public static bool Flag(HttpContext context, string name) =>
        Text(context, name) is { } text && (text == "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whose counters this request uses: header <c>X-Run-Key</c>, else query <c>run_key</c>, else the shared empty key.</summary>
    public static string RunKey(HttpContext context) =>
        context.Request.Headers["X-Run-Key"].FirstOrDefault() ?? Text(context, "run_key") ?? "";
}
